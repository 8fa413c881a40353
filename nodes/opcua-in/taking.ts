// The values of all columns, made of the answers of a source: what a tag says of its number, what an enumeration calls it, what its
// structure looks like. What has not changed since the last cycle is not made again.

import type { EarlierValue } from '../../lib/collector/reader'
import { EARLIER_MAX } from './earlier'
import { type EnumerationTexts, textFor } from './enumeration-texts'
import type { Enumerations } from './enumerations'
import type { Meaning } from './meanings'
import type { Sample } from './session'
import type { Answer, Heard } from './source'
import { qualityOf, reasonOf } from './statuses'
import type { StructureTypes } from './structures/known-types'
import { type Plain, plainValue } from './values'

export type TakingParts = {
  /** By column. */
  meanings: readonly Meaning[]
  /** Values that the server calls uncertain are good. */
  acceptsUncertain: boolean
  enumerations: Enumerations
  structures: StructureTypes
}

export type Taken = {
  answer: Answer
  texts: EnumerationTexts | 'asking' | undefined
  /** Of the types of structures that were known then. */
  revision: number
  plain: Plain
  sourceTime: number | undefined
}

const ASKING: Plain = {
  problem: 'the server is being asked what the numbers of this enumeration mean',
  isPending: true,
}
/** Of a value whose source gave no time. */
const NO_TIME = 0
const UNSCALED = { scale: 1, offset: 0 }

export class Taking {
  readonly #parts: TakingParts
  readonly #taken: (Taken | undefined)[]
  readonly #undecided: Heard[] = []

  constructor(parts: TakingParts) {
    this.#parts = parts
    this.#taken = parts.meanings.map(() => undefined)
  }

  /** Most values have not changed since the last cycle. */
  take(answer: Answer, column: number): Taken {
    const { enumerations, structures } = this.#parts
    const known = this.#taken[column]
    const texts = enumerations.of(column)
    const revision = mayHoldStructures(answer) ? structures.revision : 0
    if (known?.answer === answer && known.texts === texts && known.revision === revision) return known
    const taken = { answer, texts, revision, ...this.#looked(answer, column, texts) }
    this.#taken[column] = taken
    return taken
  }

  /** Those from before the last answers. What the server is still being asked for comes with later ones. */
  takeEarlier(heard: readonly Heard[]): EarlierValue[] {
    const all = [...this.#undecided.splice(0), ...heard]
    return all.flatMap(({ column, sample }) => {
      const texts = this.#parts.enumerations.of(column)
      const { plain, sourceTime: time = NO_TIME } = this.#looked({ sample }, column, texts)
      if ('value' in plain) return [{ column, value: plain.value, time }]
      if (plain.isPending && this.#undecided.length < EARLIER_MAX) this.#undecided.push({ column, sample })
      return []
    })
  }

  /** The last answer of a column. */
  answerOf(column: number): Answer | undefined {
    return this.#taken[column]?.answer
  }

  #looked(answer: Answer, column: number, texts: Taken['texts']): Pick<Taken, 'plain' | 'sourceTime'> {
    if ('problem' in answer) return { plain: answer, sourceTime: undefined }
    const { sample } = answer
    const problem = this.#problemOf(sample)
    if (problem !== undefined) return { plain: { problem }, sourceTime: undefined }
    const { meanings, structures } = this.#parts
    const plain = plainValue(sample.value, meanings[column] ?? UNSCALED, structures.of(column))
    return { plain: told(plain, texts), sourceTime: sample.sourceTime }
  }

  #problemOf({ code, status }: Sample): string | undefined {
    const quality = qualityOf(code)
    if (quality === 'good' || (quality === 'uncertain' && this.#parts.acceptsUncertain)) return undefined
    return reasonOf(status)
  }
}

/** ExtensionObject, DataValue and Variant (OPC 10000-6, 5.1.2). */
function mayHoldStructures(answer: Answer): boolean {
  const type = 'sample' in answer ? answer.sample.value?.type : undefined
  return type === 22 || type === 23 || type === 24
}

/** Held back while it is not known whether it is a number or a text: a column never changes its type. */
function told(plain: Plain, texts: Taken['texts']): Plain {
  if (texts === undefined || 'problem' in plain) return plain
  return texts === 'asking' ? ASKING : { ...plain, value: textFor(plain.value, texts) }
}

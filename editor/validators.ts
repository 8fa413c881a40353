// Node-RED's validate functions of a node, from its fields. What they say is in the user's language.

import { checkField, type Field, type Fields, type ListField } from '../lib/contract/fields'
import { asRecord } from '../lib/contract/parse'
import { checkHasTags } from '../lib/contract/reader-fields'
import { isPlaceholder } from './placeholder'
import { checkPointTags, pairsOf } from './point-tags'
import { cellsOf } from './tag'
import { checkTags } from './tag-check'
import { type Translate, type Wording, wordingIn } from './wording'

/** With `opt`, Node-RED wants to know what is wrong; it looks at the number of parameters whether a text may come. */
export type Validate = (this: EditedNode, value: unknown, opt: object | undefined) => boolean | string
/** Looks at more than the value: the node, other nodes. A text says what is wrong, in English. */
export type NodeCheck = (value: unknown, node: EditedNode) => string | undefined

export type Validation = {
  /** How to say what the protocol's own checks find. */
  wordings?: readonly Wording[]
  checks?: Record<string, NodeCheck>
  /** The tag list, where what a tag may be depends on other properties of the node. */
  listOf?(node: EditedNode): ListField
}

export function validatorsOf(fields: Fields, { wordings, checks, listOf }: Validation = {}): Record<string, Validate> {
  const validators: Record<string, Validate> = {}
  for (const [name, field] of Object.entries(fields)) {
    validators[name] = function (value, opt) {
      if (isPlaceholder(value)) return true
      const translate = translateFor(this)
      const wording = wordingIn(translate, wordings)
      const looked = field.kind === 'list' ? (listOf?.(this) ?? field) : field
      const problem = problemIn(looked, value, translate, wording) ?? say(checks?.[name]?.(value, this), wording)
      if (problem === undefined) return true
      return opt === undefined ? false : `${translate(`label.${name}`)}: ${problem}`
    }
  }
  return validators
}

/** The texts of a node's own catalog. */
export function translateFor(node: EditedNode): Translate {
  const definition = RED.nodes.getType(node.type)
  return (key, values) => definition?._(key, values) ?? key
}

function problemIn(
  field: Field,
  value: unknown,
  translate: Translate,
  wording: (message: string) => string,
): string | undefined {
  if (field.kind === 'list' && Array.isArray(value)) return problemInTags(field, value, translate, wording)
  const inPairs = field.kind === 'map' ? problemInPairs(value, wording) : undefined
  return inPairs ?? say(checkField(field, value), wording)
}

/** Says more than the field's own check: which pair it is, in the user's language. */
function problemInPairs(stored: unknown, wording: (message: string) => string): string | undefined {
  const pairs = pairsOf(stored)
  const problems = checkPointTags(pairs)
  const index = problems.findIndex(({ key, value }) => key !== undefined || value !== undefined)
  const message = problems[index]?.key ?? problems[index]?.value
  return message && `${pairs[index]?.key} = ${pairs[index]?.value}: ${wording(message)}`
}

function problemInTags(
  list: ListField,
  tags: readonly unknown[],
  translate: Translate,
  wording: (message: string) => string,
): string | undefined {
  const [none] = checkHasTags(tags)
  if (none) return wording(none.message)
  const rows = tags.map((tag) => cellsOf(list, asRecord(tag) ?? {}))
  const problems = checkTags(list, rows)
  const index = problems.findIndex((ofRow) => ofRow.size > 0)
  const [first] = problems[index] ?? []
  if (!first) return undefined
  const [column, message] = first
  const count = problems.reduce((sum, ofRow) => sum + ofRow.size, 0)
  const place = { row: index + 1, column: translate(`column.${column}`), problem: wording(message) }
  return translate(count === 1 ? 'problem.in-tag' : 'problem.in-tags', { ...place, more: count - 1 })
}

function say(message: string | undefined, wording: (message: string) => string): string | undefined {
  return message === undefined ? undefined : wording(message)
}

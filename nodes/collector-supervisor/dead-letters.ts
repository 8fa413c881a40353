// What the database refused, for the operator: listed, given another try, or given up. The process that keeps the queue answers;
// Node-RED itself does not open the file.

import {
  type DeadLetterMove,
  type DeadLetterQuestion,
  type DeadLetterGroup as GroupOf,
  type DeadLetter as LetterOf,
  parseDeadLetterGroups,
  parseDeadLetters,
} from '../../lib/contract/dead-letters'
import { Fault } from '../../lib/contract/fault'
import { asCount } from '../../lib/contract/parse'

export type DeadLetter = { supervisor: string } & LetterOf
export type DeadLetterGroup = { supervisor: string } & GroupOf

export type DeadLetterScope = {
  /** Name of a supervisor; absent = all of them. */
  supervisor?: string | undefined
  /** Absent = all. Ids are of one supervisor. */
  ids?: number[] | undefined
}

/** A supervisor that keeps a queue to the database. */
export type Keeper = {
  readonly name: string
  /** Asks the process that keeps the queue; rejects with a Fault. */
  askKeeper(question: DeadLetterQuestion, timeoutMs: number): Promise<unknown>
}

const ANSWER_MS = 10_000
/** Some hundred thousand letters take their time; the status tells how far it is. */
const MOVE_MS = 600_000

/** Oldest first, at most `max` of each supervisor. Rejects with a Fault. */
export async function listDeadLetters(keepers: readonly Keeper[], max: number): Promise<DeadLetter[]> {
  const lists = await Promise.all(keepers.map((keeper) => listOf(keeper, max)))
  return lists.flat()
}

/** Groups with the most samples first. Rejects with a Fault. */
export async function groupDeadLetters(keepers: readonly Keeper[]): Promise<DeadLetterGroup[]> {
  const lists = await Promise.all(
    keepers.map(async (keeper) => {
      const groups = parseDeadLetterGroups(await keeper.askKeeper({ ask: 'dead-letter-groups' }, ANSWER_MS))
      return (groups ?? malformed()).map((group) => ({ supervisor: keeper.name, ...group }))
    }),
  )
  return lists.flat().sort((one, other) => other.samples - one.samples)
}

/** Returns how many there were. Rejects with a Fault. */
export async function moveDeadLetters(
  keepers: readonly Keeper[],
  how: DeadLetterMove,
  ids: number[] | undefined,
): Promise<number> {
  const question: DeadLetterQuestion = { ask: 'move-dead-letters', how, ...(ids && { ids }) }
  const counts = await Promise.all(
    keepers.map(async (keeper) => asCount(await keeper.askKeeper(question, MOVE_MS)) ?? malformed()),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function listOf(keeper: Keeper, max: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = []
  while (letters.length < max) {
    const after = letters.at(-1)?.id ?? 0
    const question = { ask: 'dead-letters', after, max: max - letters.length } as const
    const some = parseDeadLetters(await keeper.askKeeper(question, ANSWER_MS)) ?? malformed()
    if (some.length === 0 || (some[0]?.id ?? 0) <= after) break
    letters.push(...some.map((letter) => ({ supervisor: keeper.name, ...letter })))
  }
  return letters
}

function malformed(): never {
  throw new Fault('protocol', 'failed', 'the process that keeps the queue gave a malformed answer')
}

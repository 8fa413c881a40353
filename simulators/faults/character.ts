// What a device does to everybody by its nature, beside the faults that are switched on: filters between requests and
// answers, in any protocol. What is absent is as it should be. Times are of one monotonic clock, ms.

import type { TurnAway } from './manners'
import type { Step } from './reply-script'

/** Towards one client. */
export type Habit = {
  /** What a client is sent that has just come. */
  greeting?(): Step[]
  /** Whether a request that comes now is heard; what is not heard is lost. */
  hears?(nowMs: number): boolean
  /** What the frame of an answer becomes. */
  frame?(answer: Buffer): Buffer
  /** How an answer is sent. */
  send?(steps: Step[], nowMs: number): Step[]
  /** An answer has left. */
  sent?(nowMs: number): void
}

export type Character = {
  /** A new one for each client. */
  client?(connectedMs: number): Habit
  /** How a client that comes now is turned away; undefined: it is welcome. */
  turnsAway?(nowMs: number): TurnAway | undefined
  /** A client that was welcome has gone. */
  gone?(nowMs: number): void
}

export type WholeCharacter = Omit<Required<Character>, 'client'> & { client(connectedMs: number): Required<Habit> }

/** Several characters in one: the first is next to the device, the last next to the client. */
export function together(characters: readonly Character[]): WholeCharacter {
  return {
    client: (connectedMs) => chained(characters.map((character) => character.client?.(connectedMs) ?? {})),
    turnsAway: (nowMs) => characters.map((character) => character.turnsAway?.(nowMs)).find((how) => how !== undefined),
    gone: (nowMs) => {
      for (const character of characters) character.gone?.(nowMs)
    },
  }
}

/** Every habit hears of every request, also of one that an earlier habit did not hear. */
function chained(habits: readonly Habit[]): Required<Habit> {
  return {
    greeting: () => habits.flatMap((habit) => habit.greeting?.() ?? []),
    hears: (nowMs) => habits.map((habit) => habit.hears?.(nowMs) ?? true).every(Boolean),
    frame: (answer) => habits.reduce((frame, habit) => habit.frame?.(frame) ?? frame, answer),
    send: (steps, nowMs) => habits.reduce((sent, habit) => habit.send?.(sent, nowMs) ?? sent, steps),
    sent: (nowMs) => {
      for (const habit of habits) habit.sent?.(nowMs)
    },
  }
}

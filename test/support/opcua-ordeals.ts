// Kinds of trouble of an OPC UA server by what its reader makes of them.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import type { Recorded } from './node-red'
import type { OpcuaLane } from './opcua-lane'
import { badTags } from './telltale'

type Act = (lane: OpcuaLane) => unknown

export type Ordeal = {
  title: string
  /** For the title of the test. */
  outcome: string
  begin: Act
  /** While it lasts. */
  during?(lane: OpcuaLane): Promise<unknown>
  end?: Act
}

/** Well before, and well again afterwards; every value true. */
export async function suffer(lane: OpcuaLane, { begin, during, end }: Ordeal): Promise<void> {
  await lane.isWell()
  await begin(lane)
  try {
    await during?.(lane)
  } finally {
    await end?.(lane)
  }
  await lane.isWell()
}

/** Seen so long, once it is told. */
const TOLD_MESSAGES = 4
const UNNOTICED_MESSAGES = 12

/** No value is good while it lasts, and these words say why. */
export function told(
  title: string,
  words: RegExp,
  begin: Act,
  end: Act,
  link: 'any link' | 'no link' = 'no link',
): Ordeal {
  const during = async (lane: OpcuaLane): Promise<void> => {
    await lane.says(words, link)
    for (const message of await lane.messages(TOLD_MESSAGES)) assert.ok(isAllBad(message), JSON.stringify(message))
  }
  return { title, outcome: 'is told of in words, and read again afterwards', begin, during, end }
}

/** It lasts longer than everything waits: what is said first need not be what is said in the end. */
export function lasting(title: string, words: RegExp, ms: number, begin: Act, end: Act): Ordeal {
  const ordeal = told(title, words, begin, end)
  const during = async (lane: OpcuaLane): Promise<void> => {
    const began = performance.now()
    await lane.message(() => performance.now() - began > ms)
    await ordeal.during?.(lane)
  }
  return { ...ordeal, during }
}

/** It strikes once. */
export function blow(title: string, begin: Act): Ordeal {
  return { title, outcome: 'is read again by itself', begin }
}

export function unnoticed(title: string, begin: Act, end: Act): Ordeal {
  const during = async (lane: OpcuaLane): Promise<void> => {
    for (const message of await lane.messages(UNNOTICED_MESSAGES)) assert.deepEqual(badTags(message), [])
  }
  return { title, outcome: 'is read all the same', begin, during, end }
}

/** Only this tag is bad, for this reason. */
export function partly(title: string, tag: string, words: RegExp, begin: Act, end: Act): Ordeal {
  const isIt = ({ quality }: Recorded): boolean =>
    Object.keys(quality ?? {}).join() === tag && words.test(quality?.[tag] ?? '')
  const during = async (lane: OpcuaLane): Promise<void> => {
    await lane.message(isIt)
    for (const message of await lane.messages(TOLD_MESSAGES)) assert.ok(isIt(message), JSON.stringify(message))
  }
  return {
    title,
    outcome: 'is told of where it matters, the rest is read, and all of it afterwards',
    begin,
    during,
    end,
  }
}

function isAllBad({ payload }: Recorded): boolean {
  return Object.values(asRecord(payload) ?? {}).every((value) => value === null)
}

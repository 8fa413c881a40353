// Words picked from anywhere in one request (random read, 0403) instead of many batches: which of the items are read so, and
// where they come to lie. Not in 1E.

import type { Item } from '../../lib/polling/item'
import { planRequests, type ReadBlock } from '../../lib/polling/requests'
import type { Decoder } from '../../lib/registers/decoder'
import { type Area, blockLimits, deviceOf, RANDOM, requestFor } from './areas'
import type { DeviceKind } from './devices'
import type { Point, Request } from './frames/request'
import { UNIT } from './items'
import { limitsOf, type Plc } from './series'

/** One point of a random read. */
export type Slot = Point & { readonly isDouble: boolean }

/** Items of RANDOM lie in `slots`; the others are read in batches. */
export type Choice = { readonly items: Item<Area>[]; readonly slots: readonly Slot[] }

/** A point as a batch, and the same or another one at random. */
export type Trial = { readonly batch: Request; readonly point: Request }

/** Whatever a slot holds, so many bytes are kept for it. */
export const SLOT_BYTES = 4
const BITS_PER_WORD = 16

/** An item as words that may be picked: of relays the words that hold them. */
type Picked = Pick<Item<Area>, 'every' | 'targets'> & { readonly slots: readonly Slot[] }

/** As few requests as possible; batches where that makes no difference. `allowed` = false: only what has no other way. */
export function chooseRandom(items: readonly Item<Area>[], plc: Plc, allowed = true): Choice {
  const { random: limit } = limitsOf(plc)
  const onlyAtRandom = items.filter(({ area }) => deviceOf(plc, area).device.kind === 'long')
  const batched = items.filter((item) => !onlyAtRandom.includes(item))
  const blocks = planRequests(batched, blockLimits(plc))
  const plain = choiceOf(onlyAtRandom, batched, plc)
  if (limit === 0 || !allowed) return plain
  const chosen = new Set(worthPicking(blocks, costOf(onlyAtRandom, plc), limit, plc).flatMap((block) => block.items))
  if (chosen.size === 0) return plain
  const choice = choiceOf(
    [...onlyAtRandom, ...batched.filter((item) => chosen.has(item))],
    batched.filter((item) => !chosen.has(item)),
    plc,
  )
  const requests = ({ items }: Choice): number => planRequests(items, blockLimits(plc)).length
  return requests(choice) < requests(plain) ? choice : plain
}

/** The cheapest blocks first, as many as spare the most requests. */
function worthPicking(blocks: readonly ReadBlock<Area>[], taken: number, limit: number, plc: Plc): ReadBlock<Area>[] {
  const candidates = blocks
    .filter(({ area, items }) => isPickable(area, plc) && items.every((item) => slotsOf(item, plc).length <= limit))
    .map((block) => ({ block, cost: costOf(block.items, plc) }))
    .sort((a, b) => a.cost - b.cost)
  const before = Math.ceil(taken / limit)
  let sum = taken
  let best = { count: 0, spared: 0 }
  candidates.forEach(({ cost }, index) => {
    sum += cost
    const spared = index + 1 - (Math.ceil(sum / limit) - before)
    if (spared > best.spared) best = { count: index + 1, spared }
  })
  return candidates.slice(0, best.count).map(({ block }) => block)
}

function choiceOf(atRandom: readonly Item<Area>[], batched: readonly Item<Area>[], plc: Plc): Choice {
  const slots: Slot[] = []
  const items = pick(atRandom, plc).map((picked): Item<Area> => {
    const address = slots.length
    slots.push(...picked.slots)
    const { slots: own, targets, every } = picked
    return { unit: UNIT, area: RANDOM, address, length: own.length, targets, ...(every !== undefined && { every }) }
  })
  return { items: [...items, ...batched], slots }
}

/** Relays of the same word are picked once, if they are read in the same cycles. */
function pick(items: readonly Item<Area>[], plc: Plc): Picked[] {
  const picked = new Map<string, Picked>()
  for (const item of items) {
    const slots = slotsOf(item, plc)
    const { every } = item
    const key = `${every} ${slots.map(({ device, number, isDouble }) => `${device} ${number} ${isDouble}`).join()}`
    const known = picked.get(key) ?? { slots, targets: [], ...(every !== undefined && { every }) }
    picked.set(key, known)
    known.targets.push(...targetsOf(item, plc))
  }
  return [...picked.values()]
}

function costOf(items: readonly Item<Area>[], plc: Plc): number {
  return pick(items, plc).reduce((sum, { slots }) => sum + slots.length, 0)
}

/** Long timers are more than a double word, contacts are refused (4032). */
function isPickable(area: Area, plc: Plc): boolean {
  const { kind } = deviceOf(plc, area).device
  return kind === 'register' || kind === 'relay' || kind === 'long'
}

/** Double words as far as possible, since they count as one. */
function slotsOf({ area, address, length }: Item<Area>, plc: Plc): Slot[] {
  const { device, pointLength } = deviceOf(plc, area)
  const { name, kind } = device
  if (kind === 'long') {
    const first = address / pointLength
    return Array.from({ length: length / pointLength }, (_, at) => ({
      device: name,
      number: first + at,
      isDouble: true,
    }))
  }
  const perWord = kind === 'relay' ? BITS_PER_WORD : 1
  const first = address - (address % perWord)
  const words = Math.ceil((address + length - first) / perWord)
  return Array.from({ length: Math.ceil(words / 2) }, (_, at) => ({
    device: name,
    number: first + 2 * at * perWord,
    isDouble: 2 * at + 2 <= words,
  }))
}

function targetsOf(item: Item<Area>, plc: Plc): Item<Area>['targets'] {
  if (deviceOf(plc, item.area).device.kind !== 'relay') return item.targets
  const first = item.address % BITS_PER_WORD
  const words = Math.ceil((first + item.length) / BITS_PER_WORD)
  return item.targets.map(({ column, decode }) => ({ column, decode: fromWords(decode, first, words) }))
}

/** `decode` wants bits, in the order of their numbers. */
function fromWords(decode: Decoder, first: number, words: number): Decoder {
  return (view, at) => {
    const packed = new DataView(new ArrayBuffer(2 * words))
    for (let word = 0; word < words; word++) packed.setUint16(2 * word, view.getUint16(at + 2 * word), true)
    return decode(packed, first)
  }
}

export function randomRequest(slots: readonly Slot[]): Request {
  const pointOf = ({ device, number }: Slot): Point => ({ device, number })
  return {
    kind: 'random',
    words: slots.filter(({ isDouble }) => !isDouble).map(pointOf),
    doubleWords: slots.filter(({ isDouble }) => isDouble).map(pointOf),
  }
}

/**
 * Each asks for one of the points in a batch, then at random. Registers come first: every PLC reads them. Points that have no other way
 * than at random are tried beside the first block of the plan; without one there is nothing to hold them against.
 */
export function trialsOf(slots: readonly Slot[], blocks: readonly ReadBlock<Area>[], plc: Plc): Trial[] {
  const kindOf = ({ device }: Slot): DeviceKind => deviceOf(plc, device).device.kind
  const known = slots.filter((slot) => kindOf(slot) !== 'long').sort((a, b) => rankOf(kindOf(a)) - rankOf(kindOf(b)))
  const trials = known.map(
    (slot): Trial => ({
      batch: { kind: 'words', device: slot.device, number: slot.number, words: slot.isDouble ? 2 : 1 },
      point: randomRequest([slot]),
    }),
  )
  const [slot] = slots
  if (trials.length > 0 || !slot) return trials
  const point = randomRequest([slot])
  return blocks.filter(({ area }) => area !== RANDOM).map((block) => ({ batch: requestFor(plc, block), point }))
}

function rankOf(kind: DeviceKind): number {
  return kind === 'register' ? 0 : 1
}

/** An answer has all words first: back into the order of the slots, each at its place. */
export function inSlots(registers: DataView, slots: readonly Slot[]): DataView {
  const view = new DataView(new ArrayBuffer(SLOT_BYTES * slots.length))
  let word = 0
  let double = 2 * slots.filter(({ isDouble }) => !isDouble).length
  slots.forEach(({ isDouble }, index) => {
    const at = SLOT_BYTES * index
    if (isDouble) {
      view.setUint32(at, registers.getUint32(double))
      double += SLOT_BYTES
    } else {
      view.setUint16(at, registers.getUint16(word))
      word += 2
    }
  })
  return view
}

// Which registers are read together: few requests, none beyond the device's limit, no value torn apart.

/** What one value takes: `length` registers (or bits, in an area of bits) from `address` on. */
export type Span<Area extends string = string> = {
  readonly area: Area
  readonly address: number
  readonly length: number
  /** Where what it should be read together with ends, above its own end; absent = it stands for itself. */
  readonly reach?: number
}

/** One request. Its items are ordered by address and lie wholly within it. */
export type Block<Item extends Span> = Span<Item['area']> & { readonly items: readonly Item[] }

/** What no block may hold whole: registers that the device refuses. One of length 0 is a place that no block reaches across. */
export type Cut = { readonly address: number; readonly length: number }

export type BlockLimits<Area extends string> = {
  /** What one request may ask for. An item that is longer goes alone, with those that lie within it. */
  maxLength(area: Area): number
  /** Registers nobody asked for that are read over, rather than spending another request. */
  maxGap(area: Area): number
  cuts?(area: Area): readonly Cut[]
}

/** Ordered by area (as they first appear), then address. */
export function planBlocks<Item extends Span>(
  items: readonly Item[],
  limits: BlockLimits<Item['area']>,
): Block<Item>[] {
  const itemsByArea = new Map<Item['area'], Item[]>()
  for (const item of items) {
    const known = itemsByArea.get(item.area)
    if (known) known.push(item)
    else itemsByArea.set(item.area, [item])
  }
  return [...itemsByArea].flatMap(([area, inArea]) => planArea(area, inArea, limits))
}

/**
 * Taking as many as fit, from the lowest address on, gives the fewest blocks: an item that would still fit the block
 * before lies within the item that did not, so nothing is lost by reading it with that one.
 */
function planArea<Item extends Span>(area: Item['area'], items: Item[], limits: BlockLimits<Item['area']>) {
  const maxLength = limits.maxLength(area)
  const maxGap = limits.maxGap(area)
  const lastEndFrom = endsBeforeCuts(limits.cuts?.(area) ?? [])
  const blocks: Block<Item>[] = []
  let members: Item[] = []
  let start = 0
  let end = 0
  let lastEnd = 0
  let reach = 0
  const lastEndOf = (from: number): number => Math.min(from + maxLength, lastEndFrom(from))
  for (const item of items.sort(byAddress)) {
    const itemEnd = item.address + item.length
    const isNear = item.address - end <= maxGap || item.address < reach
    if (members.length > 0 && isNear && itemEnd <= lastEnd && !isBetterApart(item)) {
      members.push(item)
      end = Math.max(end, itemEnd)
      reach = Math.max(reach, item.reach ?? 0)
      continue
    }
    if (members.length > 0) blocks.push({ area, address: start, length: end - start, items: members })
    members = [item]
    start = item.address
    end = itemEnd
    reach = item.reach ?? 0
    lastEnd = Math.max(itemEnd, lastEndOf(start))
  }
  if (members.length > 0) blocks.push({ area, address: start, length: end - start, items: members })
  return blocks

  /** In a block of its own there is room for all that it should be read with, and in this one there is not. */
  function isBetterApart({ address, reach: wanted = 0 }: Item): boolean {
    return wanted > lastEnd && wanted <= lastEndOf(address)
  }
}

/** The longest first where several begin: the others lie within it. */
function byAddress(a: Span, b: Span): number {
  return a.address - b.address || b.length - a.length
}

/** Start of a block -> the last end at which it holds no cut. To be asked for ascending starts. */
function endsBeforeCuts(cuts: readonly Cut[]): (start: number) => number {
  const sorted = cuts.toSorted((a, b) => a.address - b.address || a.length - b.length)
  const lastEnds = new Array<number>(sorted.length + 1).fill(Number.POSITIVE_INFINITY)
  for (const [index, { address, length }] of [...sorted.entries()].reverse()) {
    lastEnds[index] = Math.min(address + Math.max(length - 1, 0), lastEnds[index + 1] ?? Number.POSITIVE_INFINITY)
  }
  let next = 0
  return (start) => {
    for (let cut = sorted[next]; cut; cut = sorted[++next]) {
      if (cut.address > start || (cut.address === start && cut.length > 0)) break
    }
    return lastEnds[next] ?? Number.POSITIVE_INFINITY
  }
}

/** The request for just these items, which are of one area and ordered by address. */
export function blockAround<Item extends Span>(area: Item['area'], items: readonly Item[]): Block<Item> {
  let start = Number.POSITIVE_INFINITY
  let end = 0
  for (const { address, length } of items) {
    start = Math.min(start, address)
    end = Math.max(end, address + length)
  }
  return { area, address: start, length: end - start, items }
}

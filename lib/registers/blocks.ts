// Which registers are read together: few requests, none beyond the device's limit, no value torn apart.

/** What one value takes: `length` registers (or bits, in an area of bits) from `address` on. */
export type Span<Area extends string = string> = {
  readonly area: Area
  readonly address: number
  readonly length: number
}

/** One request. Its items are ordered by address and lie wholly within it. */
export type Block<Item extends Span> = Span<Item['area']> & { readonly items: readonly Item[] }

export type BlockLimits<Area extends string> = {
  /** What one request may ask for; an item that is longer is a RangeError. */
  maxLength(area: Area): number
  /** Registers nobody asked for that are read over, rather than spending another request. */
  maxGap: number
  /** Ascending addresses that no block may reach over: what lies below and what lies from there on are read apart. */
  cuts?(area: Area): readonly number[]
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

/** Taking as many as fit, from the lowest address on, gives the fewest blocks. */
function planArea<Item extends Span>(
  area: Item['area'],
  items: Item[],
  { maxLength, maxGap, cuts }: BlockLimits<Item['area']>,
): Block<Item>[] {
  const longest = maxLength(area)
  const cutsAhead = (cuts?.(area) ?? []).values()
  let cut = cutsAhead.next()
  const blocks: Block<Item>[] = []
  let members: Item[] = []
  let start = 0
  let end = 0
  for (const item of items.sort((a, b) => a.address - b.address)) {
    if (item.length > longest) {
      throw new RangeError(`${item.length} registers at ${area} ${item.address} do not fit a request of ${longest}`)
    }
    let cutHere = false
    for (; !cut.done && cut.value <= item.address; cut = cutsAhead.next()) cutHere = true
    const itemEnd = item.address + item.length
    const fits = item.address - end <= maxGap && itemEnd - start <= longest
    if (members.length > 0 && (cutHere || !fits)) {
      blocks.push({ area, address: start, length: end - start, items: members })
      members = []
    }
    if (members.length === 0) {
      start = item.address
      end = itemEnd
    }
    members.push(item)
    end = Math.max(end, itemEnd)
  }
  if (members.length > 0) blocks.push({ area, address: start, length: end - start, items: members })
  return blocks
}

/** The two halves of a block, by number of items, to find out which of them a device refuses; undefined for a single item. */
export function splitBlock<Item extends Span>(block: Block<Item>): [Block<Item>, Block<Item>] | undefined {
  const middle = block.items.length >> 1
  if (middle === 0) return undefined
  return [around(block.area, block.items.slice(0, middle)), around(block.area, block.items.slice(middle))]
}

function around<Item extends Span>(area: Item['area'], items: readonly Item[]): Block<Item> {
  let start = Number.POSITIVE_INFINITY
  let end = 0
  for (const { address, length } of items) {
    start = Math.min(start, address)
    end = Math.max(end, address + length)
  }
  return { area, address: start, length: end - start, items }
}

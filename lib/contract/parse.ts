// Looking into values of unknown shape, for the parsers that stand at the doors (IPC, HTTP, files, msg, flow JSON).

/** A plain object, or undefined. Arrays, dates, buffers and the like are not records. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}

/** A string of at most `maxLength` UTF-16 units, or undefined. */
export function asText(value: unknown, maxLength: number): string | undefined {
  return typeof value === 'string' && value.length <= maxLength ? value : undefined
}

/** A finite number within [min, max], or undefined. */
export function asNumber(value: unknown, min = -Infinity, max = Infinity): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max ? value : undefined
}

/** A whole number from 0 to 2^53-1, or undefined. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** One of the given literals, or undefined. */
export function asOneOf<const T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((choice) => choice === value)
}

/** These properties of a record, all of them finite numbers; undefined when one of them is not. */
export function parseNumbers<const Key extends string>(
  value: unknown,
  keys: readonly Key[],
): Record<Key, number> | undefined {
  const given = Object.entries(asRecord(value) ?? {}).filter(([name]) => keys.some((key) => key === name))
  const numbers = Object.fromEntries(given)
  return areNumbers(numbers, keys) ? numbers : undefined
}

function areNumbers<Key extends string>(
  record: Record<string, unknown>,
  keys: readonly Key[],
): record is Record<Key, number> {
  return keys.every((key) => asNumber(record[key]) !== undefined)
}

/** A list with all its items parsed; undefined when it is none, or one of them is not what it should be. */
export function everyParsed<T>(value: unknown, parse: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items = value.map(parse).filter((item) => item !== undefined)
  return items.length === value.length ? items : undefined
}

/** A record with all its values parsed; undefined when it is none, or one of them is not what it should be. */
export function parsedRecord<T>(
  value: unknown,
  parse: (item: unknown) => T | undefined,
): Record<string, T> | undefined {
  const record = asRecord(value)
  if (!record) return undefined
  const parsed = new Map<string, T>()
  for (const [key, item] of Object.entries(record)) {
    const one = parse(item)
    if (one === undefined) return undefined
    parsed.set(key, one)
  }
  return Object.fromEntries(parsed)
}

/** The value of a JSON text in UTF-8; undefined for anything else. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

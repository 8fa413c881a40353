// One value of the simulated plant: fixed or moving, of whatever quality, as a server would give it at this moment.

import { DataValue, type StatusCode, StatusCodes, Variant, VariantArrayType } from 'node-opcua-client'
import { asCount, asRecord, asText } from '../../lib/contract/parse'
import { parseWave, valueAt, type Wave } from '../modbus/waves'
import { type BuiltinType, builtinValue, canMove, dataTypeOf, statusOf, wrapped } from './builtin-values'
import { parseFlag, parsePart } from './parse-part'

/** What is given changes, the rest stays; a value that is set does not move any more. */
export type Setting = {
  /** As builtin-values.ts writes it; an array, or the rows of a matrix, where the point has that shape. */
  value?: unknown
  wave?: Wave
  /** Name or number, info bits included. */
  status?: string | number
  /** ISO 8601; null = the moment at which it is asked for. */
  sourceTime?: string | null
  /** Whether the value goes with a status that is not good, as Part 4, 7.11 allows. Without: null. */
  keepValue?: boolean
}

/** Of one value; `array` and `matrix` take any number of elements. */
export const SHAPES = ['scalar', 'array', 'matrix'] as const
export type Shape = (typeof SHAPES)[number]

export class Point {
  readonly type: BuiltinType
  readonly shape: Shape
  readonly #now: () => number
  #variant = new Variant()
  #wave: Wave | undefined
  #waveSince = 0
  #status: StatusCode = StatusCodes.Good
  #keepValue = true
  #sourceTime: Date | undefined

  /** @param now monotonic clock of the moving values, ms */
  constructor(type: BuiltinType, shape: Shape, now: () => number, setting: Setting) {
    this.type = type
    this.shape = shape
    this.#now = now
    this.set(setting)
  }

  /** Throws a RangeError, and changes nothing, for what the point cannot hold. */
  set({ value, wave, status, sourceTime, keepValue }: Setting): void {
    const variant = value === undefined ? undefined : this.#variantOf(value)
    const code = status === undefined ? undefined : statusOf(status)
    const time = typeof sourceTime === 'string' ? dateOf(sourceTime) : undefined
    if (wave && (!canMove(this.type) || this.shape !== 'scalar')) throw new RangeError(`a ${this.type} does not move`)
    if (variant) this.#variant = variant
    if (variant || wave) this.#wave = wave
    if (wave) this.#waveSince = this.#now()
    if (code) this.#status = code
    if (sourceTime !== undefined) this.#sourceTime = time
    if (keepValue !== undefined) this.#keepValue = keepValue
  }

  current(): DataValue {
    const hidden = this.#status.isBad() && !this.#keepValue
    return new DataValue({
      value: hidden ? new Variant() : this.#moved(),
      statusCode: this.#status,
      sourceTimestamp: this.#sourceTime ?? new Date(),
    })
  }

  #moved(): Variant {
    if (!this.#wave) return this.#variant
    const value = valueAt(this.#wave, { timeMs: this.#now() - this.#waveSince, reads: 0 })
    return new Variant({ dataType: dataTypeOf(this.type), value: wrapped(this.type, value) })
  }

  #variantOf(spoken: unknown): Variant {
    const dataType = dataTypeOf(this.type)
    if (this.shape === 'scalar') {
      return new Variant({ dataType, arrayType: VariantArrayType.Scalar, value: builtinValue(this.type, spoken) })
    }
    if (!Array.isArray(spoken)) throw new RangeError(`${JSON.stringify(spoken)} is no ${this.shape}`)
    const items: unknown[] = spoken.flat()
    const value = items.map((item) => builtinValue(this.type, item))
    if (this.shape === 'array') return new Variant({ dataType, arrayType: VariantArrayType.Array, value })
    const dimensions = [spoken.length, value.length / spoken.length]
    if (!dimensions.every(Number.isInteger)) throw new RangeError('the rows of a matrix are of one length')
    return new Variant({ dataType, arrayType: VariantArrayType.Matrix, dimensions, value })
  }
}

function dateOf(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new RangeError(`${text} is no time`)
  return date
}

/** undefined for anything that is no setting. Whether the value fits is known by the point only. */
export function parseSetting(input: unknown): Setting | undefined {
  const record = asRecord(input)
  if (!record) return undefined
  const { value, sourceTime, ...others } = record
  const setting = parsePart<Omit<Setting, 'value' | 'sourceTime'>>(others, {
    wave: parseWave,
    status: (status) => asText(status, 100) ?? asCount(status),
    keepValue: parseFlag,
  })
  const time = sourceTime === null ? null : asText(sourceTime, 100)
  if (!setting || (sourceTime !== undefined && time === undefined)) return undefined
  return { ...setting, sourceTime: time, ...(value !== undefined && { value }) }
}

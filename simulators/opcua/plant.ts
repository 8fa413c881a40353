// What a simulated OPC UA device has to show, before any server shows it: it outlives a restart of the server.

import { asNumber, asOneOf, asRecord } from '../../lib/contract/parse'
import type { BuiltinType, Spoken } from './builtin-values'
import { BUILTIN_TYPES } from './builtin-values'
import { parseFlag, parseName, parsePart } from './parse-part'
import { Point, parseSetting, type Setting, SHAPES, type Shape } from './point'

/** A variable. Its name, `Folder.Name`, is its NodeId too: ns=<ours>;s=Folder.Name */
export type Place = {
  name: string
  type: BuiltinType
  shape?: Shape
  setting: Setting
  /** Makes it an AnalogItem with this EURange, which a percent deadband needs (Part 8, 7.2). */
  range?: { low: number; high: number }
  /** How an enumeration tells its texts (Part 3, 8.40 and 5.9.3): by position, or with a value each. */
  texts?: (typeof TEXTS_OF_ENUMERATIONS)[number]
  writeOnly?: boolean
}

export const STATE_TEXTS = ['Stopped', 'Starting', 'Running', 'Fault'] as const
export const MODE_TEXTS = { Manual: 10, Automatic: 20, Maintenance: 30 } as const

/** A value of each type, telling ones at the edges. */
export const SAMPLES: { readonly [type in BuiltinType]: readonly [Spoken, ...Spoken[]] } = {
  Boolean: [true, false],
  SByte: [-128, 127],
  Byte: [0, 255],
  Int16: [-32_768, 32_767],
  UInt16: [0, 65_535],
  Int32: [-2_147_483_648, 2_147_483_647],
  UInt32: [0, 4_294_967_295],
  Int64: ['-9223372036854775808', '9223372036854775807'],
  UInt64: ['18446744073709551615', '9007199254740993'],
  Float: [0.5, 'NaN'],
  Double: [Math.PI, '-Infinity'],
  String: ['Grüße 你好 🙂', '', null],
  DateTime: ['2024-02-29T12:34:56.789Z', '1970-01-01T00:00:00.000Z'],
  Guid: ['72962B91-FA75-4AE6-8D28-B404DC7DAF63', '00000000-0000-0000-0000-000000000000'],
  ByteString: ['AAEC/w==', '', null],
  XmlElement: ['<a b="c">d</a>', ''],
  LocalizedText: [
    { locale: 'de', text: 'Kühlung' },
    { locale: null, text: 'plain' },
  ],
  QualifiedName: [
    { namespaceIndex: 1, name: 'Motor' },
    { namespaceIndex: 0, name: 'Server' },
  ],
  StatusCode: ['BadSensorFailure', 'Good'],
  NodeId: ['ns=1;s=Motor.Speed', 'i=2258'],
}

export class Plant {
  readonly #places = new Map<string, Place>()
  readonly #points = new Map<string, Point>()
  readonly #now: () => number

  /** @param many how many variables the folder `Many` has */
  constructor(now: () => number, many: number) {
    this.#now = now
    for (const place of standardPlaces(many)) this.add(place)
  }

  get places(): readonly Place[] {
    return [...this.#places.values()]
  }

  /** Throws a RangeError for a name that is taken or is none, and for a value that does not fit. */
  add(place: Place): void {
    if (!/^[^.]+\.[^.]+$/.test(place.name)) throw new RangeError(`${place.name} is not Folder.Name`)
    if (this.#places.has(place.name)) throw new RangeError(`there is a ${place.name} already`)
    this.#points.set(place.name, new Point(place.type, place.shape ?? 'scalar', this.#now, place.setting))
    this.#places.set(place.name, place)
  }

  remove(name: string): void {
    this.point(name)
    this.#places.delete(name)
    this.#points.delete(name)
  }

  /** Throws a RangeError for a name that does not exist. */
  point(name: string): Point {
    const point = this.#points.get(name)
    if (!point) throw new RangeError(`there is no ${name}`)
    return point
  }
}

function standardPlaces(many: number): Place[] {
  const sine = (min: number, max: number, phase = 0) =>
    ({ wave: { wave: 'sine', min, max, periodMs: 60_000, phase } }) satisfies Setting
  return [
    ...BUILTIN_TYPES.map((type): Place => ({ name: `Types.${type}`, type, setting: { value: SAMPLES[type][0] } })),
    ...BUILTIN_TYPES.map(
      (type): Place => ({ name: `Arrays.${type}`, type, shape: 'array', setting: { value: SAMPLES[type] } }),
    ),
    { name: 'Arrays.Empty', type: 'Int32', shape: 'array', setting: { value: [] } },
    {
      name: 'Arrays.Matrix',
      type: 'Double',
      shape: 'matrix',
      setting: {
        value: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
    },
    { name: 'Enumerations.State', type: 'Int32', texts: 'strings', setting: { value: 2 } },
    { name: 'Enumerations.Mode', type: 'Int32', texts: 'values', setting: { value: 20 } },
    { name: 'Analog.WithRange', type: 'Double', range: { low: 0, high: 200 }, setting: { value: 100 } },
    { name: 'Analog.WithoutRange', type: 'Double', setting: { value: 100 } },
    { name: 'Waves.Sine', type: 'Double', setting: sine(0, 100) },
    { name: 'Waves.Ramp', type: 'Float', setting: { wave: { wave: 'ramp', min: 0, max: 100, periodMs: 10_000 } } },
    { name: 'Waves.Square', type: 'Int16', setting: { wave: { wave: 'square', low: 0, high: 1, periodMs: 2000 } } },
    {
      name: 'Waves.Walk',
      type: 'Double',
      setting: { wave: { wave: 'walk', min: -20, max: 40, stepMs: 5000, seed: 1 } },
    },
    { name: 'Waves.Counter', type: 'UInt32', setting: { wave: { wave: 'counter', start: 0, everyMs: 100 } } },
    { name: 'Access.Denied', type: 'Double', setting: { value: 1, status: 'BadUserAccessDenied', keepValue: false } },
    { name: 'Access.WriteOnly', type: 'Double', writeOnly: true, setting: { value: 1 } },
    ...Array.from(
      { length: many },
      (_, index): Place => ({ name: `Many.${index}`, type: 'Double', setting: sine(0, index + 1, index / many) }),
    ),
  ]
}

const TEXTS_OF_ENUMERATIONS = ['strings', 'values'] as const

/** undefined for anything that is no place. */
export function parsePlace(input: unknown): Place | undefined {
  const part = parsePart<Place>(input, {
    name: parseName,
    type: (type) => asOneOf(type, BUILTIN_TYPES),
    shape: (shape) => asOneOf(shape, SHAPES),
    setting: parseSetting,
    range: parseRange,
    texts: (texts) => asOneOf(texts, TEXTS_OF_ENUMERATIONS),
    writeOnly: parseFlag,
  })
  const { name, type, setting, ...others } = part ?? {}
  return name === undefined || !type || !setting ? undefined : { name, type, setting, ...others }
}

function parseRange(input: unknown): Place['range'] {
  const [low, high] = [asNumber(asRecord(input)?.low), asNumber(asRecord(input)?.high)]
  return low === undefined || high === undefined ? undefined : { low, high }
}

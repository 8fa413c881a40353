// The properties of a melsec-in node and of its tags. Units: interval and timeout in ms, monitoringTimer in 250 ms.

import {
  choice,
  flag,
  type Infer,
  type Parsed,
  type Problem,
  parseFields,
  text,
  whole,
} from '../../lib/contract/fields'
import { checkHasTags, meaningFields, readerFields, tagFields, tagList } from '../../lib/contract/reader-fields'
import { wordOrders, wordTypes } from '../../lib/contract/word-types'
import { checkFrame, encodings, frameNames, type Plc, seriesNames } from './series'
import { checkRandomOnly, checkTags, sized } from './tag-rules'

/** In the order of the CSV columns. What an address may be depends on the PLC: parseMelsecConfig looks at it. */
export const melsecTagFields = {
  name: tagFields.name,
  address: tagFields.address,
  type: choice(wordTypes),
  /** '' = as the PLC has it: the low word first, of a text the first character in the low byte. */
  order: choice(wordOrders),
  scale: tagFields.scale,
  offset: tagFields.offset,
  unit: tagFields.unit,
  deadband: tagFields.deadband,
  length: tagFields.length,
  ...meaningFields,
  charset: tagFields.charset,
}
export type MelsecTag = Infer<typeof melsecTagFields>

export const transports = ['tcp', 'udp'] as const
export type Transport = (typeof transports)[number]

export const melsecFields = {
  ...readerFields,
  series: choice(seriesNames),
  frame: choice(frameNames),
  encoding: choice(encodings),
  transport: choice(transports),
  host: text({ maxLength: 255 }),
  /** The one that was opened in the parameters of the PLC: it has none by itself. */
  port: whole({ default: 5000, min: 1, max: 65_535 }),
  /** The access route, MELSEC Communication Protocol Reference Manual SH(NA)-080008, 6; of 1E the PC number only. */
  network: whole({ default: 0, min: 0, max: 254 }),
  pc: whole({ default: 0xff, min: 0, max: 0xff }),
  moduleIo: whole({ default: 0x3ff, min: 0, max: 0x3ff }),
  station: whole({ default: 0, min: 0, max: 31 }),
  /** How long the PLC waits for its own parts; shortened where it would outlast `timeout`. */
  monitoringTimer: whole({ default: 4, min: 1, max: 0xffff }),
  /** Of this computer, for PLCs that answer one named port only (UDP); 0 = any. */
  localPort: whole({ default: 0, min: 0, max: 65_535 }),
  /** Points from anywhere are read in one request (0403) where that spares requests. */
  randomRead: flag(true),
  tags: tagList(melsecTagFields),
}
export type MelsecConfig = Infer<typeof melsecFields>

/** Flow JSON or the supervisor's message -> configuration, with the rules that concern several properties at once. */
export function parseMelsecConfig(input: unknown): Parsed<MelsecConfig> {
  const parsed = parseFields(melsecFields, input)
  if (!parsed.ok) return parsed
  const config = parsed.value
  const problems = checkConfig(config)
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, value: { ...config, tags: config.tags.map((tag) => sized(tag, plcOf(config))) } }
}

function checkConfig(config: MelsecConfig): Problem[] {
  const problems = [...checkHasTags(config.tags)]
  if (config.host.trim() === '') problems.push({ path: 'host', message: 'must not be empty' })
  const unspoken = checkFrame(config)
  // what the PLC has cannot be said before it is known how it is spoken to
  if (unspoken !== undefined) return [...problems, { path: 'frame', message: unspoken }]
  const plc = plcOf(config)
  const ofTags = [...checkTags(config.tags, plc), ...(config.randomRead ? [] : checkRandomOnly(config.tags, plc))]
  return [...problems, ...ofTags.map(({ index, field, message }) => ({ path: `tags[${index}].${field}`, message }))]
}

export function plcOf({ series, frame, encoding }: Plc): Plc {
  return { series, frame, encoding }
}

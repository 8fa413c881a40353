// The properties of an opcua-in node and of its tags. Units: all times in ms.

import {
  choice,
  flag,
  type Infer,
  type Parsed,
  type Problem,
  parseFields,
  type TagProblem,
  text,
  whole,
} from '../../lib/contract/fields'
import { checkHasTags, meaningFields, readerFields, tagFields, tagList } from '../../lib/contract/reader-fields'
import { checkScales } from '../../lib/contract/scale-from'
import { checkBounds } from '../../lib/contract/word-rules'
import { checkNodeAddress } from './node-ids'
import { OLD_POLICIES, SAFE_POLICIES, SECURITY_MODES } from './security'

/** An identifier of 4096 bytes, in base64, is the longest; the URI of its namespace and a range come on top. */
export const ADDRESS_MAX_LENGTH = 6000

/** In the order of the CSV columns. The type is the server's. */
export const opcuaTagFields = {
  name: tagFields.name,
  address: { ...tagFields.address, maxLength: ADDRESS_MAX_LENGTH, check: checkNodeAddress },
  scale: tagFields.scale,
  offset: tagFields.offset,
  unit: tagFields.unit,
  deadband: tagFields.deadband,
  /** What the server holds back (OPC 10000-4, 7.22.2): `0.5` of the raw value, `2%` of its EURange; '' = nothing. */
  filter: text({ maxLength: 30, check: checkFilter }),
  ...meaningFields,
}
export type OpcuaTag = Infer<typeof opcuaTagFields>

/** What cannot go together within a tag, or between tags. What its values are only the server knows. */
function checkTags(tags: readonly OpcuaTag[]): TagProblem[] {
  const bounds = tags.flatMap((tag, index) => {
    const message = checkBounds(tag)
    return message === undefined ? [] : [{ index, field: 'max', message }]
  })
  const scales = checkScales(tags, {
    against: ({ name, texts }) =>
      texts.trim() === '' ? undefined : `"${name}" cannot be a scale: it is told by texts`,
    againstAddress: (_tag, from) => `there is no tag "${from}": a scale is another tag here`,
  })
  return [...bounds, ...scales]
}

export const authentications = ['anonymous', 'username', 'certificate'] as const

export const opcuaFields = {
  ...readerFields,
  /** A server answers as one: it may take its time for many items. */
  timeout: { ...readerFields.timeout, default: 5000 },
  endpoint: text({ required: true, maxLength: 1000, check: checkEndpoint }),
  securityMode: choice(SECURITY_MODES),
  securityPolicy: choice(['auto', ...SAFE_POLICIES, ...OLD_POLICIES]),
  authentication: choice(authentications),
  /** Sends a password though nothing proves who the server is. */
  insecurePassword: flag(false),
  mode: choice(['subscribe', 'poll']),
  /** Whether a server's certificate that was never seen is good enough. */
  trust: choice(['reject', 'first-use']),
  /** How often the server tells what changed; 0 = as often as the reader sends. */
  publishingInterval: whole({ default: 0, min: 0, max: 3_600_000 }),
  /** How often the server looks; 0 = as often as it tells, which flows have been saved with. */
  samplingInterval: whole({ default: 0, min: 0, max: 3_600_000 }),
  /** The server looks as often as it can (a sampling interval of 0: OPC 10000-4, 5.13.1.2); `samplingInterval` does not count then. */
  fastestSampling: flag(false),
  /** Values of one tag that the server keeps until it tells. */
  queueSize: whole({ default: 1, min: 1, max: 10_000 }),
  /** Whether a value that the server is not sure of (OPC 10000-4, 7.39) is good enough. */
  uncertain: choice(['reject', 'accept']),
  /** What an enumeration is in messages: the text that the server has for it, or its number. A tag with scale or offset is a number. */
  enumerations: choice(['text', 'number']),
  /** Languages of texts that the server has in several, the preferred one first: `zh-CN,en`; '' = the server's choice. */
  locale: text({ maxLength: 200, check: checkLocales }),
  tags: tagList(opcuaTagFields, checkTags),
}

export const opcuaSecrets = {
  username: text({ maxLength: 500, secret: true }),
  password: text({ maxLength: 500, secret: true }),
}
export type OpcuaConfig = Infer<typeof opcuaFields> & Infer<typeof opcuaSecrets>

/** Flow JSON with its credentials, or the supervisor's message -> configuration, with the rules that concern several properties. */
export function parseOpcuaConfig(input: unknown): Parsed<OpcuaConfig> {
  return parseWith((config) => [...checkHasTags(config.tags), ...checkLogin(config)], input)
}

/** The same of one that is only browsed. */
export function parseUntaggedConfig(input: unknown): Parsed<OpcuaConfig> {
  return parseWith(checkLogin, input)
}

function parseWith(check: (config: OpcuaConfig) => Problem[], input: unknown): Parsed<OpcuaConfig> {
  const parsed = parseFields({ ...opcuaFields, ...opcuaSecrets }, input)
  const problems = parsed.ok ? check(parsed.value) : []
  return problems.length === 0 ? parsed : { ok: false, problems }
}

/** Credentials do not come along when a node is copied or imported. */
export function checkLogin(
  config: Pick<OpcuaConfig, 'authentication' | 'securityMode' | 'username' | 'insecurePassword'>,
): Problem[] {
  const { authentication, securityMode, username, insecurePassword } = config
  const problems: Problem[] = []
  if (authentication === 'certificate' && securityMode === 'none') {
    const message = 'a certificate proves nothing without security: choose a security mode'
    problems.push({ path: 'authentication', message })
  }
  if (authentication === 'username' && username.trim() === '') {
    problems.push({ path: 'username', message: 'is missing: a copy or an import of a node has no credentials' })
  }
  if (authentication === 'username' && securityMode === 'none' && !insecurePassword) {
    const message = 'without security the password may be read on its way: choose a security mode, or insist on it'
    problems.push({ path: 'securityMode', message })
  }
  return problems
}

/** `opc.tcp://host:port/path`; the port is 4840 if absent. */
function checkEndpoint(endpoint: string): string | undefined {
  if (!URL.canParse(endpoint.trim())) return 'must look like opc.tcp://192.168.0.10:4840'
  const { protocol, hostname, username } = new URL(endpoint.trim())
  if (protocol !== 'opc.tcp:' || hostname === '') return 'must look like opc.tcp://192.168.0.10:4840'
  return username === '' ? undefined : 'must not hold a user: there are fields for user name and password'
}

/** For ActivateSession (OPC 10000-4, 5.6.3). */
export function parseLocales(locale: string): string[] {
  return locale
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

/** A language, and what it is spoken in: `en`, `zh-CN`, `zh-Hans-CN` (OPC 10000-3, 8.4). */
const LOCALE = /^[a-z]{2,8}(-[a-z\d]{1,8})*$/i

function checkLocales(locale: string): string | undefined {
  const wrong = parseLocales(locale).find((one) => !LOCALE.test(one))
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no language: write e.g. zh-CN,en`
}

export type Filter = { type: 'absolute' | 'percent'; value: number }

/** undefined for no filter; a text must have been checked. */
export function parseFilter(filter: string): Filter | undefined {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(filter.trim()) ?? []
  if (digits === undefined || Number(digits) === 0) return undefined
  return { type: percent === '%' ? 'percent' : 'absolute', value: Number(digits) }
}

function checkFilter(filter: string): string | undefined {
  if (filter.trim() === '') return undefined
  const [, digits = '', percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(filter.trim()) ?? []
  if (digits === '') return `${JSON.stringify(filter)} is no deadband: write e.g. 0.5 or 2%`
  return percent === '%' && Number(digits) > 100 ? `${filter.trim()} is more than 100%` : undefined
}

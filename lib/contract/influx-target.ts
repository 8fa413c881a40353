// Where an InfluxDB, or what speaks like one, is reached, and what each version of it wants to know. Pure: for the editor,
// the node and the historian alike.

import type { Problem } from './fields'
import { asOneOf, asRecord, asText } from './parse'

export const INFLUX_VERSIONS = ['2', '1', '3'] as const
export type InfluxVersion = (typeof INFLUX_VERSIONS)[number]

export type InfluxTarget = {
  /** 2: also Cloud and VictoriaMetrics. */
  version: InfluxVersion
  /** Of the server, e.g. `http://127.0.0.1:8086`, with a path only where a proxy has moved it. */
  url: string
  /** Version 2. */
  org: string
  bucket: string
  /** Versions 1 and 3. */
  database: string
  /** Versions 2 and 3. */
  token: string
  /** Version 1. */
  username: string
  password: string
}

const TEXT_MAX = 4096

/** Whether it can be used is the question of checkInflux. */
export function parseInfluxTarget(input: unknown): InfluxTarget | undefined {
  const record = asRecord(input)
  const version = asOneOf(record?.version, INFLUX_VERSIONS)
  const [url, org, bucket, database, token, username, password] = TEXTS.map((name) => asText(record?.[name], TEXT_MAX))
  if (version === undefined || url === undefined || org === undefined || bucket === undefined) return undefined
  if (database === undefined || token === undefined || username === undefined || password === undefined)
    return undefined
  return { version, url, org, bucket, database, token, username, password }
}

const TEXTS = ['url', 'org', 'bucket', 'database', 'token', 'username', 'password'] as const

/** What is missing or cannot work; `path` is the supervisor's property. Empty: the server can be asked. */
export function checkInflux(target: InfluxTarget): Problem[] {
  const problems: Problem[] = []
  const refuse = (path: string, message: string | undefined): void => {
    if (message !== undefined) problems.push({ path, message })
  }
  refuse('influxUrl', checkUrl(target.url))
  if (target.version === '2') {
    refuse('influxOrg', checkName(target.org))
    refuse('influxBucket', checkName(target.bucket))
  } else refuse('influxDatabase', checkName(target.database))
  if (target.version === '1') {
    // The colon ends the user's name in HTTP's Basic authentication (RFC 7617, 2).
    if (target.username.includes(':')) refuse('influxUsername', 'must not have a colon')
    if (target.username === '' && target.password !== '')
      refuse('influxUsername', 'is missing, there is a password only')
  } else if (!/^[\x21-\x7e]*$/.test(target.token)) {
    refuse('influxToken', 'has a character that no token has, perhaps a space or a line break')
  }
  return problems
}

function checkUrl(text: string): string | undefined {
  if (text.trim() === '') return 'must not be empty'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'is no address like http://host:8086 or https://host'
  }
  if (url.username !== '' || url.password !== '') return 'must not hold a user or password: they have their own fields'
  if (url.search !== '' || url.hash !== '') return 'must end before the ? or #: what follows is added by itself'
  if (/\/(write|api\/v2|api\/v2\/write|api\/v3|api\/v3\/write_lp)\/*$/.test(url.pathname)) {
    return `must end before ${url.pathname}: that is added by itself`
  }
  return undefined
}

function checkName(name: string): string | undefined {
  if (name.trim() === '') return 'must not be empty'
  // They cannot be written into a URL.
  if (/\p{Surrogate}/u.test(name)) return 'has half a character'
  return undefined
}

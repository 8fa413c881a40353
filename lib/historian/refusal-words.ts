// What a database says, and what that means: its words win over the code of the answer. InfluxDB 2.0 says with a 500 that
// a field has another type (influxdb#19779), InfluxDB 1 with a 400 that its cache is full. Pure.

export type Meaning =
  /** Something in the request will never be taken. */
  | { kind: 'refused' }
  /** Some points are older than what is kept: all before `beforeMs`, or the oldest `dropped` lines of the request. */
  | { kind: 'too-old'; beforeMs?: number; dropped?: number }
  /** The same request may be taken another time. */
  | { kind: 'later' }

/** The first that matches. Texts in quotes, which are the user's names and lines, are no words of the database. */
const MEANINGS: readonly [RegExp, Meaning['kind']][] = [
  // a time in the future: not what the database has outlived
  [/\bupper bound\b/i, 'refused'],
  // InfluxDB 1: "points beyond retention policy"; 2: "points outside retention policy of duration"; IOx: "outside of the retention period"
  [/\b(beyond|outside)( of)?( the)? retention\b|\bminimum acceptable timestamp\b/i, 'too-old'],
  [/\bfield type conflict\b|\bunable to parse\b|\bcolumn type\b|\binvalid (field|column|tag)\b/i, 'refused'],
  // InfluxDB 1, 2: "engine: cache-max-memory-size exceeded", "engine is closed", "timeout"; proxies
  [/\bcache-max-memory-size exceeded\b|\bcache maximum memory size exceeded\b|\bengine is closed\b/i, 'later'],
  [/\btime(d )?-?out\b|\bdeadline exceeded\b|\btoo many requests\b|\bservice unavailable\b/i, 'later'],
  [/\b(is|too|currently) (busy|overloaded|unavailable)\b|\bno space left\b|\bdisk (is )?full\b/i, 'later'],
  [/\bshard (is )?(disabled|being deleted)\b|\bhinted handoff\b/i, 'later'],
  // alone it says of a cluster that not all of its nodes were reached
  [/\bpartial write( of|:)/i, 'refused'],
]

/** undefined: the words say nothing that the code does not. */
export function meaningOf(words: string): Meaning | undefined {
  const own = words.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '""')
  const kind = MEANINGS.find(([pattern]) => pattern.test(own))?.[1]
  if (kind !== 'too-old') return kind && { kind }
  const bound = /(?:lower bound at|minimum acceptable timestamp is) (\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))/i.exec(
    own,
  )
  const beforeMs = Date.parse(bound?.[1] ?? '')
  const dropped = Number(/\bdropped[= ](\d{1,9})\b/i.exec(own)?.[1])
  return { kind, ...(beforeMs >= 0 && { beforeMs }), ...(dropped > 0 && { dropped }) }
}

/** The field that the words accuse of having another type than the database knows it with. */
export type Accused = { field: string; measurement?: string }

export function accusedIn(words: string): Accused | undefined {
  const influx = /field type conflict: input field "((?:[^"\\]|\\.)*)" on measurement "((?:[^"\\]|\\.)*)"/i.exec(words)
  if (influx?.[1] !== undefined && influx[2] !== undefined) return { field: influx[1], measurement: influx[2] }
  const iox = /column type for column ['"]([^'"]+)['"]/i.exec(words)
  return iox?.[1] === undefined ? undefined : { field: iox[1] }
}

/** Every value of that type is refused, whatever it is and whenever it was read. */
export function isTypeConflict(words: string): boolean {
  return /\btype conflict\b|\bcolumn type\b/i.test(words)
}

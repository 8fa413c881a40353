// Which texts the line protocol of InfluxDB can carry such that they are read back as they were. There is no escape for the
// others: they would come out changed or break their line, and a server may take such a line without a complaint.
// https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/, tried with InfluxDB 1.6 and VictoriaMetrics 1.79.

/** A place in a line: measurement,tag-key=tag-value field-key=... */
export type PointPart = 'measurement' | 'tag-key' | 'tag-value' | 'field-key'

const LENGTH_MAX = 1000

/** Columns that every line has already, and those that InfluxDB and Flux keep for themselves. */
const RESERVED_TAG_KEYS = [
  ...['collector', 'type'],
  ...['time', '_time', '_start', '_stop', '_value', '_field', '_measurement'],
  '__proto__',
]

/** A text says why it cannot stand there. */
export function checkPointText(part: PointPart, text: string): string | undefined {
  if (text === '') return 'must not be empty'
  if (text.length > LENGTH_MAX) return `is longer than ${LENGTH_MAX} characters`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'has a control character, such as a tab or a line break'
  const problem = checkWritable(text)
  if (problem !== undefined) return problem
  switch (part) {
    case 'measurement':
      return text.startsWith('#') ? 'must not begin with #: the line would be a comment' : undefined
    case 'tag-key':
      return RESERVED_TAG_KEYS.includes(text) ? `"${text}" is kept for another column of the database` : undefined
    case 'field-key':
      if (text === '__proto__') return '"__proto__" cannot be a name'
      return text === 'time' ? '"time" is kept for the time of the reading' : undefined
    case 'tag-value':
      return undefined
    default:
      return part satisfies never
  }
}

/** What no text of a line may be, wherever it stands; also the names of readers and tags are held to it. */
export function checkWritable(text: string): string | undefined {
  if (/\p{Surrogate}/u.test(text)) return 'has half a character'
  if (text.endsWith('\\')) return 'must not end in a backslash'
  if (/\\[\\ ,="]/.test(text)) {
    return 'must not have a backslash before a space, comma, equals sign, quotation mark or another backslash'
  }
  // VictoriaMetrics takes the next one on the line for its partner, and what is between them for one word.
  if (text.split('"').length % 2 === 0) return 'must not have a quotation mark without its partner'
  return undefined
}

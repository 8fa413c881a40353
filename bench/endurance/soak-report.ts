// What a soak has shown, as Markdown.

import { markdownTable } from '../measure/table'
import { slopePerHour } from './slope'
import type { SoakResult } from './soak'

const SAMPLES_MIN = 5
const ERRORS_SHOWN = 20

export function soakReport({ series, visits, deploys, deaths, errors, warmUpMs, balance }: SoakResult): string {
  const rows = [...series].flatMap(([name, samples]) => {
    const warm = samples.filter(({ atMs }) => atMs > warmUpMs)
    if (warm.length < SAMPLES_MIN) return []
    const values = warm.map(({ value }) => value)
    const range = [values.at(0), Math.min(...values), Math.max(...values), values.at(-1)]
    const halves = [warm.slice(0, warm.length / 2), warm.slice(warm.length / 2)]
    const slopes = [warm, ...halves].map((part) => slopePerHour(part).toFixed(1))
    return [[name, ...range.map((value) => (value ?? 0).toFixed(1)), ...slopes]]
  })
  const header = ['after the warm-up', 'first', 'least', 'most', 'last', 'an hour', 'first half', 'second half']
  const refused = [...visits.refused].map(([what, count]) => `${count} times ${what}`)
  return `${markdownTable(header, rows)}

${deploys} deploys; ${deaths} deaths of devices; ${visits.sockets} WebSockets with ${visits.messages} messages, ${visits.streams} streams of
events, ${visits.requests} requests. Not as it should be: ${refused.join('; ') || 'nothing'}.

Balance: ${JSON.stringify(balance)}

Errors in Node-RED's log: ${errors.length}${errors.slice(0, ERRORS_SHOWN).map((line) => `\n${line}`)}`
}

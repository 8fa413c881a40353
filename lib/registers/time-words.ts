// Dates and times in registers -> ISO 8601 in UTC. A device that counts in its local time is told as it counts.

import type { TimeType } from '../contract/word-types'
import { type ScalarDecoder, Unreadable } from './decoder'
import { nearestLong } from './long-words'
import type { Layout } from './word-layout'
import { uint32Decoder, type WordOf, wordOf } from './words'

const SECOND_MS = 1000
const YEAR_2000_MS = Date.UTC(2000, 0)
const CENTURY = 2000
/** Devices have no times outside of these, but wrong types and orders have. */
const FIRST_YEAR = 1970
const LAST_YEAR = 2200
const LAST_MS = Date.UTC(LAST_YEAR + 1, 0) - 1

export function timeDecoder(type: TimeType, layout: Layout): ScalarDecoder {
  switch (type) {
    case 'time32': {
      // unsigned, so they last until 2106
      const seconds = uint32Decoder(layout)
      return (view, at) => isoOf(seconds(view, at) * SECOND_MS)
    }
    case 'time2000': {
      const seconds = uint32Decoder(layout)
      return (view, at) => isoOf(YEAR_2000_MS + seconds(view, at) * SECOND_MS)
    }
    case 'time64ms': {
      const milliseconds = nearestLong('uint64', layout)
      return (view, at) => isoOf(milliseconds(view, at))
    }
    case 'bcdtime48':
      return bcdTime(wordOf(3, layout))
    case 'iec64':
      return iecTime(wordOf(4, layout))
  }
}

function isoOf(ms: number): string | Unreadable {
  if (ms <= LAST_MS) return new Date(ms).toISOString()
  return new Unreadable(
    `the device holds a time after ${LAST_YEAR} here, they are read from ${FIRST_YEAR} on; are type and order right?`,
  )
}

/** YYMM DDhh mmss, two decimal digits in a byte. */
function bcdTime(word: WordOf): ScalarDecoder {
  return (view, at) => {
    const words = [word(view, at, 0), word(view, at, 1), word(view, at, 2)] as const
    const digits = words.map((bits) => bits.toString(16).padStart(4, '0')).join('')
    if (!/^\d+$/.test(digits)) {
      return new Unreadable(
        `the device holds 0x${digits.toUpperCase()} here, which is no time in BCD; is the type right?`,
      )
    }
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (digits.match(/\d\d/g) ?? []).map(Number)
    return calendarTime({ year: CENTURY + year, month, day, hour, minute, ms: second * SECOND_MS })
  }
}

/**
 * IEC 60870-5-4 as Schneider Electric has it in four registers: year from 2000 (bits 0 to 6) | month (8 to 11), day of the week, day
 * (0 to 4) | summer time, hour (8 to 12), invalid (7), minute (0 to 5) | ms of the minute. Neither the day of the week nor the mark of
 * summer time changes anything.
 */
function iecTime(word: WordOf): ScalarDecoder {
  return (view, at) => {
    const [year, date, time, ms] = [word(view, at, 0), word(view, at, 1), word(view, at, 2), word(view, at, 3)]
    if (((time >> 7) & 1) === 1) return new Unreadable('the device says that its clock is not set')
    return calendarTime({
      year: CENTURY + (year & 0x7f),
      month: (date >> 8) & 0xf,
      day: date & 0x1f,
      hour: (time >> 8) & 0x1f,
      minute: time & 0x3f,
      ms,
    })
  }
}

/** `month` from 1, `ms` of the minute. */
type Calendar = { year: number; month: number; day: number; hour: number; minute: number; ms: number }

/** A day that the month does not have, and the like, is no time. */
function calendarTime({ year, month, day, hour, minute, ms }: Calendar): string | Unreadable {
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, 0, ms))
  const isSame =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute
  if (isSame) return date.toISOString()
  const two = (part: number): string => String(part).padStart(2, '0')
  const written = `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(Math.floor(ms / SECOND_MS))}`
  return new Unreadable(
    `the device holds ${written} here, which is no time; is its clock set, are type and order right?`,
  )
}

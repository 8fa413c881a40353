// Devices in a request: held against what the PLC has and gives at once, then written with code and number.

import { type Device, devicesOf, FIRST_LONG_COUNTER, wordsPerPoint } from '../devices'
import { bitWordAlignment, limitsOf, type Plc } from '../series'
import { hexadecimal, type Writer } from './notation'
import type { Point, Request } from './request'

/** Throws a RangeError for what this PLC can never answer: the planner has to know better. */
export function checkRequest(plc: Plc, request: Request): void {
  const limits = limitsOf(plc)
  switch (request.kind) {
    case 'bits': {
      const device = deviceAt(plc, request)
      if (device.kind !== 'relay' && device.kind !== 'contact') refuse(`${device.name} is not read bit by bit`)
      checkCount(request.points, limits.bits, 'points')
      checkEnd(device, request, request.points)
      return
    }
    case 'words':
      checkWords(plc, request, deviceAt(plc, request), limits)
      return
    case 'random': {
      checkCount(request.words.length + request.doubleWords.length, limits.random, 'random points')
      for (const point of request.words) {
        const device = deviceAt(plc, point)
        if (device.kind !== 'register' && device.kind !== 'relay')
          refuse(`${device.name} is not read as a word at random`)
        checkEnd(device, point, device.kind === 'relay' ? 16 : 1)
      }
      for (const point of request.doubleWords) {
        const device = deviceAt(plc, point)
        if (device.kind === 'contact' || device.kind === 'longState')
          refuse(`${device.name} is not read as a double word`)
        checkEnd(device, point, { relay: 32, register: 2, long: 1, longTimer: 1 }[device.kind])
      }
      return
    }
    case 'loop-back':
      // [COM] 11.1: 1 to 960 of these characters; 1E holds the number of bytes in one, 254 at most ([ADP] 7.7)
      if (!/^[0-9A-F]{2,254}$/.test(request.text) || request.text.length % 2 !== 0)
        refuse('a loop-back has 0 to 9, A to F')
      return
    case 'cpu-type':
      if (plc.frame === '1E') refuse('1E has another command for it')
      return
    default:
      request satisfies never
  }
}

function checkWords(
  plc: Plc,
  request: Point & { words: number },
  device: Device,
  limits: { words: number; bitWords: number },
): void {
  const { name, kind } = device
  if (kind === 'relay') {
    checkCount(request.words, limits.bitWords, 'words')
    if (request.number % bitWordAlignment(plc.frame) !== 0) refuse(`${name} as words begins at a multiple of 16`)
    checkEnd(device, request, 16 * request.words)
    return
  }
  if (kind !== 'register' && kind !== 'longTimer') refuse(`${name} is not read word by word`)
  checkCount(request.words, limits.words, 'words')
  const perPoint = wordsPerPoint(device, request.number, plc.series)
  if (request.words % perPoint !== 0) refuse(`${name}${request.number} takes ${perPoint} words a point`)
  const points = request.words / perPoint
  checkEnd(device, request, points)
  const crosses = request.number < FIRST_LONG_COUNTER && request.number + points > FIRST_LONG_COUNTER
  if (plc.series === 'fx3' && name === 'CN' && crosses) refuse('C199 and C200 are not read together')
}

function checkCount(count: number, most: number, what: string): void {
  if (!Number.isInteger(count) || count < 1 || count > most)
    refuse(`${count} ${what}: this PLC gives 1 to ${most} at once`)
}

function checkEnd({ name, ranges }: Device, { number }: Point, points: number): void {
  if (!ranges.some(([first, last]) => number >= first && number + points - 1 <= last)) {
    refuse(`${name}${number} and ${points - 1} more are beyond the range`)
  }
}

function deviceAt(plc: Plc, point: Point): Device {
  const device = devicesOf(plc).get(point.device)
  if (!device) refuse(`this PLC has no ${point.device}`)
  checkEnd(device, point, 1)
  return device
}

function refuse(problem: string): never {
  throw new RangeError(problem)
}

/**
 * Device code and number. 3E and 4E ([COM] 8.1): of iQ-R 2 and 4 bytes, else 1 and 3; in binary the number comes first; in ASCII it is
 * written in the device's own base, of iQ-R with 8 digits, else 6. 1E ([COM] 18.2, [ADP] 7.5.1): 2 and 4 bytes, in
 * ASCII as hexadecimal of 8 digits whatever the base.
 */
export function writePoint(writer: Writer, plc: Plc, { device: name, number }: Point): void {
  const device = devicesOf(plc).get(name)
  if (!device) refuse(`this PLC has no ${name}`)
  const { code, mark, base } = device
  const wide = plc.frame === '1E' || plc.series === 'iqr'
  if (plc.encoding === 'binary') writer.number(number, wide ? 4 : 3).number(code, wide ? 2 : 1)
  else if (plc.frame === '1E') writer.characters(mark).characters(hexadecimal(number, 8))
  else
    writer.characters(mark).characters(
      number
        .toString(base)
        .toUpperCase()
        .padStart(wide ? 8 : 6, '0'),
    )
}

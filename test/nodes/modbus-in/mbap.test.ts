import assert from 'node:assert/strict'
import {
  describeStranger,
  fittingLength,
  frameLength,
  frameRequest,
  hasImpossibleLength,
  holds,
  isReadAnswer,
  mayBeginFrame,
  toRtu,
  transactionOf,
} from '../../../nodes/modbus-in/link/mbap'
import { sentOf } from '../../../nodes/modbus-in/link/outstanding'
import { rtuFrame } from '../../../nodes/modbus-in/link/rtu'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
/** Two registers of unit 1. */
const SENT = sentOf(rtuFrame(1, 3, 100, 2), 0, { width: 1, anyUnit: false, transaction: 5 })

describe('the beginning of a Modbus TCP frame', () => {
  const table: [bytes: string, may: boolean][] = [
    ['', true],
    ['0005', true],
    ['0005 0000 0007 01 03 04', true],
    ['0005 0000 0002 01 83', true],
    ['0005 0000 00FF 01 03', true],
    ['0005 0001', false],
    ['0005 01', false],
    ['0005 0000 0001', true],
    ['0005 0000 FFFF', true],
    ['0005 0000 0000 01 03', true],
    ['0005 0100 FFFF', false],
    ['0005 0000 0007 01 00', false],
    ['4854 5450 2F31', false],
  ]
  for (const [bytes, may] of table) {
    it(`is ${may ? '' : 'not '}${bytes || 'nothing yet'}`, () => assert.equal(mayBeginFrame(hex(bytes)), may))
  }
})

describe('a length field', () => {
  const table: [length: string, isImpossible: boolean][] = [
    ['0000', true],
    ['0001', true],
    ['0002', false],
    ['00FF', false],
    ['0100', true],
    ['FFFF', true],
  ]
  for (const [length, isImpossible] of table) {
    it(`of ${length} is ${isImpossible ? 'impossible' : 'possible'}`, () =>
      assert.equal(hasImpossibleLength(hex(`0005 0000 ${length}`)), isImpossible))
  }
})

describe('a frame with id 5', () => {
  const table: [bytes: string, begins: boolean][] = [
    ['1234 0005', true],
    ['12 0005 0000 0007 01 03 04', true],
    ['0006 0000 0005', true],
    ['0005 0001', false],
    ['0005 0000 FFFF', false],
    ['0005 0000 0001', false],
    ['0005 0000 0007 01 00', false],
  ]
  for (const [bytes, begins] of table) {
    it(`${begins ? 'may begin' : 'does not begin'} in ${bytes}`, () => assert.equal(holds(hex(bytes), 5), begins))
  }
})

describe('the answer to a request', () => {
  const table: [what: string, bytes: string, length: number | undefined][] = [
    ['what was asked for', '0005 0000 0007 01 03 04 1234 5678', 13],
    ['an exception', '0005 0000 0003 01 83 02', 9],
    ['an exception whose length counts one byte too many', '0005 0000 0004 01 83 02', 9],
    ['an exception whose length counts one byte too few', '0005 0000 0002 01 83 02', 9],
    ['data whose length is that of the request', '0005 0000 0006 01 03 04 1234 5678', 13],
    ['data whose length counts one byte too few', '0005 0000 0006 01 03 04 1234 5678', 13],
    ['data whose length counts one byte too many', '0005 0000 0008 01 03 04 1234 5678 FF', 13],
    ['data whose length is 0', '0005 0000 0000 01 03 04 1234 5678', 13],
    ['data whose length is 300', '0005 0000 012C 01 03 04 1234 5678', 13],
    ['data whose length is 65535', '0005 0000 FFFF 01 03 04 1234 5678', 13],
    ['an exception whose length is 0', '0005 0000 0000 01 83 02', 9],
    ['a byte count that has not come yet behind a length of 0', '0005 0000 0000 01 03', 0],
    ['fewer bytes behind a length of 65535', '0005 0000 FFFF 01 03 02 1234', undefined],
    ['data that have not come yet', '0005 0000 0007 01 03 04', 13],
    ['a byte count that has not come yet', '0005 0000 0007 01 03', 0],
    ['data that are cut short', '0005 0000 0005 01 03 04 1234', undefined],
    ['another unit', '0005 0000 0007 02 03 04 1234 5678', undefined],
    ['another function', '0005 0000 0007 01 04 04 1234 5678', undefined],
    ['the exception of another function', '0005 0000 0003 01 84 02', undefined],
    ['fewer bytes', '0005 0000 0005 01 03 02 1234', undefined],
    ['more bytes', '0005 0000 0009 01 03 06 1234 5678 9ABC', undefined],
  ]
  for (const [what, bytes, length] of table) {
    it(`is ${length ?? 'not there'} ${length === undefined ? 'in' : 'bytes of'} ${what}`, () =>
      assert.equal(fittingLength(SENT, hex(bytes)), length))
  }

  it('may come from any unit where that is allowed, and with as many registers as an address has', () => {
    const wide = sentOf(rtuFrame(1, 3, 100, 1), 0, { width: 2, anyUnit: true })
    assert.equal(fittingLength(wide, hex('0005 0000 0007 09 03 04 1234 5678')), 13)
    assert.equal(fittingLength(wide, hex('0005 0000 0005 01 03 02 1234')), undefined)
  })
})

describe('the length of any other frame', () => {
  const table: [bytes: string, length: number | undefined][] = [
    ['0006 0000 0007 01 03 04 1234 5678', 13],
    ['0006 0000 0009 01 03 04 1234 5678', 13],
    ['0006 0000 0005 01 03 04 1234 5678', 11],
    ['0006 0000 0007 01 03', 0],
    ['0006 0000 0002 01 03', 8],
    ['0006 0000 0004 01 83 02 00', 9],
    ['0006 0000 0006 01 10 0000 0002', 12],
    ['0006 0000 0000 01 03 04 1234 5678', 13],
    ['0006 0000 FFFF 01 03 04 1234 5678', 13],
    ['0006 0000 FFFF 01 83 02', 9],
    ['0006 0000 FFFF 01 10 0000 0002', undefined],
  ]
  for (const [bytes, length] of table) {
    it(`is ${length ?? 'not told'} of ${bytes}`, () => assert.equal(frameLength(hex(bytes)), length))
  }
})

describe('the beginning of an answer to some read', () => {
  const table: [bytes: string, isOne: boolean][] = [
    ['0006 0000 0007 01 03 04', true],
    ['0006 0000 0007 01 03', true],
    ['0006 0000 0006 01 03 04', true],
    ['0006 0000 0008 01 03 04', true],
    ['0006 0000 0006 01 03 20', true],
    ['0006 0000 0003 01 83 02', true],
    ['0006 0000 0004 01 83 02', true],
    ['0006 0000 0009 01 03 04', false],
    ['0006 0000 00FF 01 03 04', false],
    ['0006 0000 FFFF 01 03 04', false],
    ['0006 0000 0000 01 83 02', false],
    ['0006 0000 0006 01 10 00', false],
    ['0006 0000 0003 01 90 02', false],
  ]
  for (const [bytes, isOne] of table) {
    it(`is ${isOne ? '' : 'not '}${bytes}`, () => assert.equal(isReadAnswer(hex(bytes)), isOne))
  }
})

describe('what is no frame', () => {
  it('is told by its protocol or its length', () => {
    assert.equal(describeStranger(hex('0005 0001 0007')), 'it sends protocol id 1, Modbus TCP has 0')
    assert.equal(describeStranger(hex('0005 0000 FFFF')), 'it announces 65535 bytes, Modbus TCP allows 2 to 254')
    assert.equal(describeStranger(hex('0005 0000 0001')), 'it announces 1 bytes, Modbus TCP allows 2 to 254')
    assert.equal(describeStranger(hex('0005 0000 0007')), undefined)
    assert.equal(describeStranger(hex('0005 00')), undefined)
  })
})

describe('the serial form of a frame', () => {
  it('is framed for the wire without its CRC', () => {
    const request = frameRequest(0xabcd, hex('01 03 0000 000A C5CD'))
    assert.equal(request.toString('hex'), 'abcd00000006' + '01030000000a')
    assert.equal(transactionOf(request), 0xabcd)
  })

  it('gets the CRC of the specification', () => {
    // MODBUS over Serial Line V1.02, appendix B: 02 07 has the CRC 1241, low byte first
    assert.equal(toRtu(hex('0001 0000 0002 0207')).toString('hex'), '02074112')
  })
})

// The truth table of types, orders and values, read by the reader from three servers that know nothing of it nor of each
// other: modbus-serial's, jsmodbus's and pymodbus's.

import assert from 'node:assert/strict'
import { isBitType } from '../../../lib/contract/word-types'
import { modbusReader } from '../../../nodes/modbus-in/reader'
import { type EngineName, startEngine } from '../../../simulators/modbus/engines/engines'
import { Units } from '../../../simulators/modbus/units'
import { bitsOf, describeRow, type WordRow, wordRows, wordsOf } from '../../lib/registers/word-table'
import { PymodbusServer } from '../../support/pymodbus-server'
import { configOf, type ShortTag } from './config'

const never = new AbortController().signal

type Area = 'holding' | 'input' | 'coil' | 'discrete'
type Memory = Record<Area, number[]>
type Device = { port: number; close(): Promise<void> }

/** The whole table in a device: each row once in either area of its size, one behind the other. */
const memory: Memory = { holding: [], input: [], coil: [], discrete: [] }
const expected: { row: WordRow; tag: ShortTag }[] = []
for (const row of wordRows) {
  const areas: Area[] = row.bits === undefined ? ['holding', 'input'] : ['coil', 'discrete']
  for (const area of areas) {
    const { words, bits, type, order, bit = 0, value, bad, ...others } = row
    const at = memory[area].length
    memory[area].push(...(row.bits === undefined ? wordsOf(row) : bitsOf(row)))
    const address = `${area}:${at}${row.bits === undefined && isBitType(type) ? `.${bit}` : ''}`
    expected.push({ row, tag: [`${expected.length}`, address, type, { order, ...others }] })
  }
}

const engine = (name: EngineName) => (): Promise<Device> => {
  const units = new Units(() => 0)
  for (const area of ['holding', 'input', 'coil', 'discrete'] as const) units.common.set(area, 0, ...memory[area])
  return startEngine(name, units, '127.0.0.1')
}

const servers: [name: string, start: (context: Mocha.Context) => Promise<Device>][] = [
  ['modbus-serial', engine('modbus-serial')],
  ['jsmodbus', engine('jsmodbus')],
  ['pymodbus', (context) => PymodbusServer.start(memory, context)],
]

for (const [name, start] of servers) {
  describe(`every type, order and value, from the server of ${name}`, () => {
    let device: Device | undefined

    before(async function () {
      device = await start(this)
    })
    after(() => device?.close())

    // All at once, in requests as long as may be, and piece by piece.
    for (const maxRegisters of [125, 20]) {
      it(`is what the table says, with at most ${maxRegisters} registers in a request`, async () => {
        const tags = expected.map(({ tag }) => tag)
        const reader = modbusReader.create(configOf(tags, { port: device?.port, maxRegisters }), () => {})
        try {
          await reader.open(never)
          const { values, bad } = await reader.read(never)
          expected.forEach(({ row }, column) => {
            const reason = bad.get(column)
            if (row.bad === undefined) assert.deepEqual(values[column], row.value, `${describeRow(row)}: ${reason}`)
            else assert.ok(values[column] === null && reason?.includes(row.bad), `${describeRow(row)}: ${reason}`)
          })
        } finally {
          await reader.close()
        }
      })
    }
  })
}

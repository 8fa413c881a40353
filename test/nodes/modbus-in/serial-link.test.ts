import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '../../../lib/contract/fault'
import type { Link } from '../../../nodes/modbus-in/link/link'
import { openSerial } from '../../../nodes/modbus-in/link/serial-link'
import { SerialLine } from '../../support/serial-line'
import { temporaryFolder } from '../../support/temporary-folder'
import { until } from '../../support/until'
import { configOf, registers } from './config'
import { honestRtu, rtuReplyTo } from './raw-device'
import { closeAll as closeReaders, gatewayOf, never } from './reader-bench'

const settingsOf = (serialPort: string) => configOf(registers(1), { transport: 'rtu', serialPort })

describe('a serial link', () => {
  const folder = temporaryFolder()
  let line: SerialLine | undefined
  const links: Link[] = []

  afterEach(async () => {
    for (const link of links.splice(0)) await link.close()
    await line?.unplug()
    line = undefined
    await closeReaders()
  })

  async function open(port: string, signal = never): Promise<Link> {
    const link = await openSerial(settingsOf(port), signal)
    links.push(link)
    return link
  }

  it('says what is wrong with a port that is none', async () => {
    const file = join(folder(), 'file')
    writeFileSync(file, '')
    for (const [port, code] of [
      [join(folder(), 'ttyUSB0'), 'port-unknown'],
      [file, 'port-unknown'],
      [folder(), 'port-unknown'],
    ] as const) {
      await assert.rejects(open(port), (fault: Fault) => {
        assert.equal(fault.kind, 'link')
        assert.equal(fault.code, code, fault.message)
        return fault.message.startsWith(`${port}: `)
      })
    }
  })

  it('is not opened when told to stop', async () => {
    await assert.rejects(open(join(folder(), 'ttyUSB0'), AbortSignal.abort()), { code: 'stopped' })
  })

  it('carries bytes there and back for nobody else, can be closed twice, and opened again', async function () {
    const device = await gatewayOf(honestRtu)
    line = await SerialLine.toTcp(this, folder(), device.port)
    for (let times = 0; times < 3; times++) {
      const link = await open(line.port)
      assert.equal(link.target, line.port)
      let heard = Buffer.alloc(0)
      const faults: Fault[] = []
      link.listen({
        data: (chunk) => {
          heard = Buffer.concat([heard, chunk])
        },
        ended: (fault) => faults.push(fault),
      })
      await assert.rejects(open(line.port), { code: 'port-busy' })
      const request = { transaction: 0, unit: 1, functionCode: 3, address: 100, count: 125 }
      link.write(Buffer.from('01030064007dc434', 'hex'))
      await until(() => heard.length >= 255)
      assert.deepEqual(heard, rtuReplyTo(request))
      await link.close()
      await link.close()
      assert.equal(link.isOpen, false)
      assert.deepEqual(faults, [])
    }
  })

  it('ends once when it is unplugged, asked or not', async function () {
    const device = await gatewayOf(honestRtu)
    line = await SerialLine.toTcp(this, folder(), device.port)
    const link = await open(line.port)
    const faults: Fault[] = []
    link.listen({ data: () => {}, ended: (fault) => faults.push(fault) })
    await line.unplug()
    await until(() => faults.length > 0)
    assert.equal(faults[0]?.code, 'port-gone', faults[0]?.message)
    await link.close()
    await assert.rejects(open(line.port), { code: 'port-unknown' })
    assert.equal(faults.length, 1)
  })
})

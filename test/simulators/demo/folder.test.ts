import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asRecord } from '../../../lib/contract/parse'
import { DEMO_PORTS, type Ports, prepareFolder, withPorts } from '../../../simulators/demo/folder'

const OWN = '@collector-supervisor/node-red-collectors'
const DASHBOARD = '@flowfuse/node-red-dashboard'
const moved: Ports = { boiler: 40_001, press: DEMO_PORTS.press, 'pump-station': DEMO_PORTS.boiler, mixer: 40_002 }

describe('The ports in a flow', () => {
  it('follow the devices, all at once, and nothing else changes', () => {
    const node = (port: unknown, more: object = {}) => ({ type: 'modbus-in', host: '127.0.0.1', port, ...more })
    const server = (endpoint: string) => ({ type: 'opcua-in', endpoint })
    const flow = [
      node(1502),
      node('1504'),
      node(1503),
      node(502),
      node(1502, { host: '10.0.0.7' }),
      node(1502, { type: 'other' }),
      node(1502, { host: 'localhost', name: 'x' }),
      server('opc.tcp://127.0.0.1:4840/path'),
      server('opc.tcp://127.0.0.1:4841'),
      server('opc.tcp://10.0.0.7:4840'),
      server('4840'),
      'no node',
    ]
    assert.deepEqual(withPorts(flow, DEMO_PORTS, moved), [
      node(40_001),
      node(1502),
      node(1503),
      node(502),
      node(1502, { host: '10.0.0.7' }),
      node(1502, { type: 'other' }),
      node(40_001, { host: 'localhost', name: 'x' }),
      server('opc.tcp://127.0.0.1:40002/path'),
      server('opc.tcp://127.0.0.1:4841'),
      server('opc.tcp://10.0.0.7:4840'),
      server('4840'),
      'no node',
    ])
  })
})

describe('The user folder of the demo', () => {
  let temporary: string
  let root: string
  let folder: string
  const flowPath = () => join(folder, 'flows.json')
  const prepare = (ports: Ports = DEMO_PORTS) => prepareFolder(root, folder, ports, 'now')
  const readerPorts = () => {
    const flow: unknown = JSON.parse(readFileSync(flowPath(), 'utf8'))
    return Array.isArray(flow) ? flow.map((node) => asRecord(node)?.port) : []
  }
  const writeExample = (ports: number[]) => {
    const readers = ports.map((port) => ({ type: 'modbus-in', host: '127.0.0.1', port }))
    writeFileSync(join(root, 'examples/dashboard/01 - Process table.json'), JSON.stringify(readers))
  }
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'demo-'))
    root = join(temporary, 'checkout')
    folder = join(root, '.demo')
    mkdirSync(join(root, 'node_modules', DASHBOARD), { recursive: true })
    mkdirSync(join(root, 'examples/dashboard'), { recursive: true })
    writeExample([1502, 1503])
  })
  afterEach(() => rmSync(temporary, { recursive: true }))

  it('is made from nothing: both packages linked and listed, the flow with the right ports', () => {
    prepare(moved)
    assert.equal(realpathSync(join(folder, 'node_modules', OWN)), realpathSync(root))
    assert.equal(
      realpathSync(join(folder, 'node_modules', DASHBOARD)),
      realpathSync(join(root, 'node_modules', DASHBOARD)),
    )
    const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    assert.deepEqual(dependencies, { [OWN]: 'file:..', [DASHBOARD]: `file:../node_modules/${DASHBOARD}` })
    assert.deepEqual(readerPorts(), [40_001, 1503])
  })

  it('stays as it is when it is prepared again', () => {
    prepare()
    const before = readFileSync(flowPath(), 'utf8')
    prepare()
    assert.equal(readFileSync(flowPath(), 'utf8'), before)
    assert.deepEqual(readdirSync(folder).sort(), ['demo.json', 'flows.json', 'node_modules', 'package.json'])
  })

  it('keeps what the user changed, and turns its readers to new ports and back', () => {
    prepare()
    const changed = [{ type: 'modbus-in', host: '127.0.0.1', port: 1502 }, { type: 'inject' }]
    writeFileSync(flowPath(), JSON.stringify(changed))
    writeExample([1502, 1503, 1504])
    prepare(moved)
    assert.deepEqual(readerPorts(), [40_001, undefined])
    prepare(DEMO_PORTS)
    assert.deepEqual(JSON.parse(readFileSync(flowPath(), 'utf8')), changed)
  })

  it('takes over a new version of the example where the user changed nothing', () => {
    prepare(moved)
    writeExample([1502, 1503, 1504])
    prepare()
    assert.deepEqual(readerPorts(), [1502, 1503, 1504])
  })

  it('knows what a demo wrote that had no mixer yet', () => {
    prepare(moved)
    const { hash, ports } = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8'))
    writeFileSync(join(folder, 'demo.json'), JSON.stringify({ hash, ports: { ...ports, mixer: undefined } }))
    const changed = [{ type: 'modbus-in', host: '127.0.0.1', port: 40_001 }]
    writeFileSync(flowPath(), JSON.stringify(changed))
    prepare()
    assert.deepEqual(readerPorts(), [1502])
  })

  it('sets aside a flow that cannot be read, and repairs wrong links and lists', () => {
    prepare()
    writeFileSync(flowPath(), '[{"type":')
    writeFileSync(join(folder, 'package.json'), 'nonsense')
    writeFileSync(join(folder, 'demo.json'), '{"ports":{}}')
    rmSync(join(folder, 'node_modules', OWN))
    mkdirSync(join(folder, 'node_modules', OWN))
    prepare()
    assert.deepEqual(readerPorts(), [1502, 1503])
    assert.equal(readFileSync(`${flowPath()}.broken-now`, 'utf8'), '[{"type":')
    assert.equal(realpathSync(join(folder, 'node_modules', OWN)), realpathSync(root))
    assert.ok(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies[OWN])
  })

  it('repairs a link that leads nowhere, and keeps other packages of the user', () => {
    prepare()
    const packagePath = join(folder, 'package.json')
    const present = JSON.parse(readFileSync(packagePath, 'utf8'))
    present.dependencies['node-red-contrib-other'] = '~1.0.0'
    writeFileSync(packagePath, JSON.stringify(present))
    rmSync(join(root, 'node_modules', DASHBOARD), { recursive: true })
    assert.ok(!existsSync(join(folder, 'node_modules', DASHBOARD)))
    mkdirSync(join(root, 'node_modules', DASHBOARD))
    prepare()
    assert.ok(existsSync(join(folder, 'node_modules', DASHBOARD)))
    assert.equal(JSON.parse(readFileSync(packagePath, 'utf8')).dependencies['node-red-contrib-other'], '~1.0.0')
  })
})

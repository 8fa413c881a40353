import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseFields } from '../../lib/contract/fields'
import { asRecord } from '../../lib/contract/parse'
import { readerFields, tagFields, tagList } from '../../lib/contract/reader-fields'
import { supervisorFields } from '../../nodes/collector-supervisor/fields'
import { melsecFields, parseMelsecConfig } from '../../nodes/melsec-in/fields'
import { opcuaFields, parseOpcuaConfig } from '../../nodes/opcua-in/fields'
import { MIXER_PORT } from '../../simulators/demo/mixer'
import { PLANT_PORTS } from '../../simulators/demo/plant'

const root = join(__dirname, '..', '..', '..')
type FlowNode = Record<string, unknown> & { id: string; type: string }

const files = globSync('examples/**/*.json', { cwd: root }).sort()
const packageJson = readJson('package.json')
const ownTypes = Object.keys(asRecord(asRecord(packageJson['node-red'])?.nodes) ?? {})
const coreTypes = [
  'tab',
  'global-config',
  'comment',
  'debug',
  'switch',
  'change',
  'function',
  'inject',
  'catch',
  'link in',
  'link out',
]
const DASHBOARD = '@flowfuse/node-red-dashboard'
/** Properties that name other nodes. */
const references = ['z', 'supervisor', 'ui', 'page', 'theme', 'group']

for (const file of files) {
  describe(`The example "${basename(file, '.json')}"`, () => {
    const flow = readFlow(file)
    const ids = new Set(flow.map(({ id }) => id))
    const isForDashboard = dirname(file).endsWith('dashboard')

    it('has a name as Node-RED examples have it', () => assert.match(basename(file), /^\d\d - [A-Z][A-Za-z ]+\.json$/))

    it('consists of nodes that are known', () => {
      const dashboard = asRecord(asRecord(readJson(`node_modules/${DASHBOARD}/package.json`)['node-red'])?.nodes) ?? {}
      const known = [...coreTypes, ...ownTypes, ...(isForDashboard ? Object.keys(dashboard) : [])]
      assert.deepEqual(
        [...new Set(flow.map(({ type }) => type))].filter((type) => !known.includes(type)),
        [],
      )
    })

    it('names only nodes that it has', () => {
      assert.equal(ids.size, flow.length)
      for (const node of flow) {
        for (const name of references) {
          const id = node[name]
          if (typeof id === 'string' && id !== '') assert.ok(ids.has(id), `${node.type} ${node.id}: ${name} ${id}`)
        }
        const wires = Array.isArray(node.wires) ? node.wires.flat() : []
        const named = [node.scope, node.links].flatMap((ids) => (Array.isArray(ids) ? ids : []))
        for (const id of [...wires, ...named]) assert.ok(ids.has(id), `${node.type} ${node.id} -> ${id}`)
      }
    })

    it('says what it shows and what it needs', () => {
      const [comment, ...more] = flow.filter(({ type }) => type === 'comment')
      assert.equal(more.length, 0)
      assert.match(String(comment?.info), /\*\*You need\*\*/)
    })

    it('has supervisors and readers without a mistake, and complete', () => {
      const fieldsOf = {
        'collector-supervisor': supervisorFields,
        'modbus-in': { ...readerFields, tags: tagList(tagFields) },
        'melsec-in': melsecFields,
        'opcua-in': opcuaFields,
      }
      for (const [type, fields] of Object.entries(fieldsOf)) {
        for (const node of flow.filter((node) => node.type === type)) {
          assert.deepEqual(parseFields(fields, node).ok, true, JSON.stringify(parseFields(fields, node)))
          for (const name of Object.keys(fields)) assert.ok(name in node, `${type} has no ${name}`)
          if (type === 'collector-supervisor') assert.equal(node.historian, 'embedded')
        }
      }
    })

    it('has readers of PLCs and servers that know what they are to read', () => {
      const parsers: Record<string, (node: FlowNode) => { ok: boolean }> = {
        'melsec-in': parseMelsecConfig,
        'opcua-in': parseOpcuaConfig,
      }
      for (const node of flow) {
        const parsed = parsers[node.type]?.(node)
        assert.notEqual(parsed?.ok, false, JSON.stringify(parsed))
      }
    })

    it('reads devices that the demo simulates', () => {
      for (const node of flow.filter(({ type }) => type === 'modbus-in')) {
        assert.equal(node.host, '127.0.0.1')
        assert.ok(
          Object.values(PLANT_PORTS).some((port) => port === node.port),
          `port ${String(node.port)}`,
        )
      }
      for (const node of flow.filter(({ type }) => type === 'opcua-in')) {
        assert.equal(node.endpoint, `opc.tcp://127.0.0.1:${MIXER_PORT}`)
      }
    })

    it('lets the editor offer the dashboard where it is needed', () => {
      const modules = flow.find(({ type }) => type === 'global-config')?.modules
      const { version } = readJson(`node_modules/${DASHBOARD}/package.json`)
      assert.deepEqual(modules, isForDashboard ? { [DASHBOARD]: version } : undefined)
    })

    it('has the templates of the .vue files beside it, and loads nothing from elsewhere', () => {
      const sources: Record<string, string> = {
        'Process table': 'process-table.vue',
        'Into the history': 'processor.vue',
        Trend: 'trend.vue',
        Events: 'events.vue',
      }
      for (const { name, format } of flow.filter(({ type }) => type === 'ui-template')) {
        const source = readFileSync(join(root, dirname(file), sources[String(name)] ?? ''), 'utf8')
        assert.ok(format === source, `${String(name)}: run node scripts/fill-templates.mjs`)
        assert.doesNotMatch(source, /https?:|v-html|src=/)
      }
    })
  })
}

describe('The examples together', () => {
  const all = files.flatMap(readFlow)

  it('show every node of this package', () => {
    assert.deepEqual(
      ownTypes.filter((type) => !all.some((node) => node.type === type)),
      [],
    )
  })

  it('can all be imported: no id, no name of a reader and none of a supervisor comes twice', () => {
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
    for (const type of ['modbus-in', 'melsec-in', 'opcua-in', 'collector-supervisor']) {
      const names = all.filter((node) => node.type === type).map(({ name }) => name)
      assert.equal(new Set(names).size, names.length)
    }
  })
})

function readFlow(file: string): FlowNode[] {
  const flow: unknown = JSON.parse(readFileSync(join(root, file), 'utf8'))
  assert.ok(Array.isArray(flow), `${file} is no array`)
  return flow.map((input) => {
    const node = asRecord(input)
    assert.ok(node && typeof node.id === 'string' && typeof node.type === 'string')
    return { ...node, id: node.id, type: node.type }
  })
}

function readJson(path: string): Record<string, unknown> {
  const record = asRecord(JSON.parse(readFileSync(join(root, path), 'utf8')))
  assert.ok(record)
  return record
}

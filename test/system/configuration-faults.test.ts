// What a person may have set wrongly: Node-RED starts, all other readers run, and the wrong one says in red what to change.

import assert from 'node:assert/strict'
import { flowOf, readerNode, SUPERVISOR, supervisorNode, TAB } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { collectorsOf } from '../support/processes'
import { statusWhen } from '../support/statuses'
import { Witness } from '../support/witness'

const PORT = 502
const tag = (properties: Record<string, unknown> = {}) => ({ name: 'value', address: 'hr0', ...properties })

type Mistake = {
  title: string
  properties: Record<string, unknown>
  /** Below the node. */
  status: RegExp
  /** In the log, where that says more. */
  advice?: RegExp
  /** Is it in the process table? */
  row: boolean
}

const mistakes: Mistake[] = [
  {
    title: 'a port of 99999',
    properties: { port: 99_999 },
    status: /port: 99999 is not within 1 to 65535/,
    row: true,
  },
  {
    title: 'an empty tag list',
    properties: { tags: [] },
    status: /^no tags$/,
    advice: /the tag list is empty: add at least one tag/,
    row: true,
  },
  {
    title: 'an address that is none',
    properties: { tags: [tag({ address: 'banana' })] },
    status: /tags\[0\]\.address: "banana" is no Modbus address: write e\.g\. 40001/,
    row: true,
  },
  {
    title: 'an address out of range',
    properties: { tags: [tag(), tag({ name: 'other', address: 'hr65536' })] },
    status: /tags\[1\]\.address: "hr65536" is out of range: such addresses go from 0 to 65535/,
    advice: /"hr65536" is out of range: such addresses go from 0 to 65535/,
    row: true,
  },
  {
    title: 'two tags of one name',
    properties: { tags: [tag(), tag({ address: 'hr1' })] },
    status: /tags\[1\]\.name: "value" is also the name of tag 1/,
    row: true,
  },
  {
    title: 'a tag that would be a prototype',
    properties: { tags: [tag({ name: '__proto__' })] },
    status: /"__proto__" cannot be a tag's name/,
    row: true,
  },
  {
    title: 'an interval of nothing',
    properties: { interval: '0' },
    status: /interval: 0 is not within 10 to 86400000/,
    row: true,
  },
  {
    title: 'no host',
    properties: { host: ' ' },
    status: /host: must not be empty/,
    row: true,
  },
  {
    title: 'tags that are no list',
    properties: { tags: { length: 3 } },
    status: /tags: expected a list/,
    row: true,
  },
  {
    title: 'a supervisor that is not there',
    properties: { supervisor: 'nowhere' },
    status: /^no supervisor$/,
    advice: /there is no supervisor: choose one in the properties of this reader/,
    row: false,
  },
  {
    title: 'no supervisor',
    properties: { supervisor: '' },
    status: /^no supervisor$/,
    advice: /there is no supervisor: choose one in the properties of this reader/,
    row: false,
  },
  {
    title: 'a supervisor that is disabled',
    properties: { supervisor: 'disabled-supervisor' },
    status: /^no supervisor$/,
    advice: /see that it is enabled/,
    row: false,
  },
  {
    title: 'a supervisor that is set wrongly itself',
    properties: { supervisor: 'wrong-supervisor' },
    status: /^supervisor error · maxRestarts: -1 is not within 0 to 1000/,
    advice:
      /the supervisor of this reader has a problem: maxRestarts: -1 is .*: correct it in the properties of the supervisor/,
    row: true,
  },
  {
    title: 'no name',
    properties: { name: '' },
    status: /name: must not be empty/,
    row: false,
  },
  {
    title: 'the name of another reader',
    properties: { name: 'witness' },
    status: /^name in use$/,
    advice: /the name "witness" is already used by another reader: give this one a name of its own/,
    row: false,
  },
]

describe('a reader with', function () {
  this.timeout(60_000)
  let witness: Witness
  let nodeRed: NodeRed

  before(async () => {
    witness = await Witness.start()
    nodeRed = await NodeRed.start({
      flows: flowOf(
        supervisorNode(),
        supervisorNode({ id: 'disabled-supervisor', name: 'disabled', d: true }),
        supervisorNode({ id: 'wrong-supervisor', name: 'wrong', maxRestarts: -1 }),
        {
          id: 'broadcast',
          type: 'status-broadcast',
          z: TAB,
          x: 1,
          y: 1,
          supervisor: 'wrong-supervisor',
          wires: [[], []],
        },
        // Before the others: it is the one that has the name first.
        ...witness.nodes(),
        ...mistakes.map(({ title, properties }) => mistaken(title, properties)),
      ),
    })
    await witness.moreSamples(nodeRed, 2)
  })
  after(async () => {
    await nodeRed.dispose()
    await witness.close()
  })

  for (const { title, properties, status, advice = status, row } of mistakes) {
    it(`${title} is red, says what to change, and has no process`, async () => {
      const { id, name } = mistaken(title, properties)
      const { fill, text } = await statusWhen(nodeRed, id, (shown) => status.test(shown.text ?? ''))
      assert.equal(fill, 'red', text)
      assert.match(nodeRed.output, advice)
      const rows = (await nodeRed.rows()).filter((one) => one.name === name && one.name !== witness.name)
      if (!row) return assert.deepEqual(rows, [])
      const [only] = rows
      assert.equal(rows.length, 1)
      assert.equal(only?.status, 'error')
      assert.equal(only?.pid, null)
      assert.equal(only?.next_restart_at, null)
      assert.match(only?.last_error ?? '', advice)
      // Nor does the operator's start help, but it says why.
      const started = await nodeRed.command(`${encodeURIComponent(String(name))}/start`)
      assert.equal(started.status, 409)
      assert.match(started.results[0]?.error ?? '', advice)
    })
  }

  it('a wrongly set supervisor is told by its status broadcast, too', async () => {
    const { fill, text } = await statusWhen(nodeRed, 'broadcast', () => true)
    assert.equal(fill, 'red')
    assert.match(text ?? '', /^supervisor error: maxRestarts: -1 is not within/)
  })

  it('a mistake does not touch the others', async () => {
    await witness.assertUndisturbed(nodeRed)
    const { pid } = await nodeRed.row(witness.name)
    assert.deepEqual(collectorsOf(nodeRed.pid), [pid])
    const { fill } = await statusWhen(nodeRed, `id-${witness.name}`, ({ text }) => text === '1/1 good')
    assert.equal(fill, 'green')
  })

  it('a mistake that is corrected reads like all others', async () => {
    const corrected = mistakes.map(({ title, properties }) => {
      const fixed = Object.fromEntries(Object.keys(properties).map((key) => [key, CORRECT[key]]))
      return mistaken(title, { ...fixed, name: title })
    })
    await nodeRed.deploy(flowOf(supervisorNode(), ...witness.nodes(), ...corrected))
    for (const { title } of mistakes) {
      const { last_error } = await nodeRed.rowWhen(title, ({ status }) => status === 'running')
      assert.ok(last_error === null || !mistakes.some(({ status }) => status.test(last_error)), last_error ?? '')
    }
    await witness.assertUndisturbed(nodeRed)
  })
})

const CORRECT: Record<string, unknown> = {
  port: PORT,
  tags: [tag()],
  interval: 1000,
  host: '127.0.0.1',
  supervisor: SUPERVISOR,
}

function mistaken(title: string, properties: Record<string, unknown>): FlowNode {
  const id = `id-${title.replaceAll(/\W/g, '-')}`
  return { ...readerNode(title, PORT, { interval: 1000, tags: [tag()], ...properties }), id }
}

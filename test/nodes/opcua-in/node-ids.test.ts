import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkNodeAddress, nodeAddressText, parseNodeAddress, resolveAddress } from '../../../nodes/opcua-in/node-ids'

type Table = { good: { text: string; is: unknown[] }[]; bad: { text: string; says: string }[] }
const path = join(__dirname, '../../../../test/fixtures/opcua-node-ids.json')
const table: Table = JSON.parse(readFileSync(path, 'utf8'))

describe('The address of an OPC UA tag', () => {
  for (const { text, is } of table.good) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(is)}`, () => {
      const parsed = parseNodeAddress(text)
      assert.ok(!('problem' in parsed), JSON.stringify(parsed))
      assert.deepEqual([parsed.namespace, parsed.id.kind, parsed.id.value, parsed.range], is)
      assert.equal(checkNodeAddress(text), undefined)
    })
  }
  for (const { text, says } of table.bad) {
    it(`${JSON.stringify(text)} ${says}`, () =>
      assert.ok(checkNodeAddress(text)?.includes(says), checkNodeAddress(text)))
  }

  it('is written so that it is read as the same', () => {
    for (const { text } of table.good) {
      const address = parseNodeAddress(text)
      assert.ok(!('problem' in address))
      const written = nodeAddressText(address)
      assert.deepEqual(parseNodeAddress(written ?? ''), address, text)
    }
    for (const namespace of ['urn:a%3Bb', 'urn:100%', 'urn:%25;']) {
      const address = { namespace, id: { kind: 'numeric', value: 5 }, range: '' } as const
      assert.deepEqual(parseNodeAddress(nodeAddressText(address) ?? ''), address)
    }
    const empty = { namespace: 2, id: { kind: 'string', value: '' }, range: '' } as const
    assert.equal(nodeAddressText(empty), undefined)
    assert.equal(nodeAddressText({ ...empty, id: { kind: 'string', value: 'a;range=1' } }), undefined)
    assert.equal(nodeAddressText({ ...empty, namespace: '' }), undefined)
  })

  it('finds the index of its namespace where the server has it now', () => {
    const address = parseNodeAddress('nsu=urn:plant;s=x')
    assert.ok(!('problem' in address))
    assert.equal(resolveAddress(address, ['urn:ua', 'urn:plant'])?.namespace, 1)
    assert.equal(resolveAddress(address, ['urn:ua', 'urn:other', 'urn:plant'])?.namespace, 2)
    assert.equal(resolveAddress(address, ['urn:ua']), undefined)
  })
})

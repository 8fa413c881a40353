import assert from 'node:assert/strict'
import { nodeText } from '../../../../nodes/opcua-in/node-ids'
import { confirm } from '../../../../nodes/opcua-in/structures/confirmation'
import type { Facts } from '../../../../nodes/opcua-in/structures/facts'
import { factsJson, parseFact } from '../../../../nodes/opcua-in/structures/facts-json'
import { type StandardTypes, Surveyor } from '../../../../nodes/opcua-in/structures/survey'
import { ImaginedAddressSpace } from '../imagined-address-space'
import { NO_STANDARD } from '../no-types'
import { enumDefinition, node, standard, structureDefinition } from './encoding'
import { AXIS, define, describePlant, introduce, MOTOR, MOTOR_ENCODING, refer, STATE, text } from './plant-types'

const NAMESPACES = ['http://opcfoundation.org/UA/', 'urn:plant']
const [DESCRIPTION, DICTIONARY, TAG] = [node(70), node(71), node(90)]

describe('What descriptions of types rest on', () => {
  let space: ImaginedAddressSpace
  beforeEach(() => {
    space = new ImaginedAddressSpace()
    introduce(space)
  })

  async function factsOf(others: { standard?: StandardTypes; tags?: boolean } = {}): Promise<Facts> {
    const parts = { service: space, namespaces: NAMESPACES, standard: NO_STANDARD, ...others }
    const question = { encoding: MOTOR_ENCODING, tags: others.tags ? [TAG] : [] }
    const { findings, facts } = await new Surveyor(parts).ask([question])
    assert.ok(findings[0] && 'root' in findings[0], JSON.stringify(findings))
    return facts
  }
  async function isSame(facts: Facts): Promise<boolean> {
    return (await confirm(space, { namespaces: NAMESPACES, facts }, undefined)).isSame
  }
  function describeByDictionary(): void {
    refer(space, MOTOR_ENCODING, DESCRIPTION)
    refer(space, DESCRIPTION, DICTIONARY)
    space.attributes.set(`value of ${text(DESCRIPTION)}`, { data: 'Motor' })
    space.attributes.set(`value of ${text(DICTIONARY)}`, { data: dictionary('Motor', 'Axis') })
  }
  function dictionary(...names: readonly string[]): Buffer {
    const types = names.map((name) => `<d:StructuredType Name="${name}"/>`).join('')
    return Buffer.from(
      `<d:TypeDictionary xmlns:opc="http://opcfoundation.org/BinarySchema/">${types}</d:TypeDictionary>`,
    )
  }

  it('is the same as long as the server says the same', async () => {
    describePlant(space)
    const facts = await factsOf()
    assert.equal(await isSame(facts), true)
    const kept = JSON.parse(JSON.stringify(factsJson(facts))).map(parseFact)
    assert.deepEqual(kept, [...facts.values()])
  })

  it('is no part of a type that none of them is made of', async () => {
    describePlant(space)
    define(space, node(500), structureDefinition([{ name: 'a', type: node(6, 0) }]))
    refer(space, node(501), node(500))
    const parts = { service: space, namespaces: NAMESPACES, standard: NO_STANDARD }
    const surveyor = new Surveyor(parts)
    await surveyor.ask([{ encoding: node(501), tags: [] }])
    const { facts } = await surveyor.ask([{ encoding: MOTOR_ENCODING, tags: [] }])
    assert.deepEqual(
      [...facts.values()].filter(({ subject }) => [500, 501].includes(Number(subject.node.id.value))),
      [],
    )
  })

  // biome-ignore format: a table, one line a change
  const changes: [what: string, describe: () => void, change: () => void, others?: { tags: boolean }][] = [
    ['a definition', () => describePlant(space), () => define(space, AXIS, structureDefinition([{ name: 'Torque', type: node(11, 0) }]))],
    ['the names of an enumeration', () => describePlant(space), () => define(space, STATE, enumDefinition([{ value: 1, name: 'Idle' }]))],
    ['what an encoding leads to', () => describePlant(space), () => refer(space, MOTOR_ENCODING, AXIS)],
    ['a supertype', () => describePlant(space), () => refer(space, STATE, node(9, 0))],
    ['the text of a dictionary', describeByDictionary, () => space.attributes.set(`value of ${text(DICTIONARY)}`, { data: dictionary('Motor') })],
    ['the name of a type in its dictionary', describeByDictionary, () => space.attributes.set(`value of ${text(DESCRIPTION)}`, { data: 'Axis' })],
    ['the dictionary of a type', describeByDictionary, () => refer(space, DESCRIPTION, node(72))],
    ['a type without a definition, which it has now', describeByDictionary, () => define(space, DESCRIPTION, structureDefinition([]))],
    ['the type of a tag', describeByTag, () => space.attributes.set(`dataType of ${text(TAG)}`, { data: nodeText(AXIS) }), { tags: true }],
  ]
  function describeByTag(): void {
    define(space, MOTOR, structureDefinition([{ name: 'a', type: node(6, 0) }], { encoding: 11 }))
    space.attributes.set(`dataType of ${text(TAG)}`, { data: nodeText(MOTOR) })
  }
  for (const [what, describeTypes, change, others] of changes) {
    it(`is not the same when the server has changed ${what}`, async () => {
      describeTypes()
      const facts = await factsOf(others)
      assert.equal(await isSame(facts), true)
      change()
      assert.equal(await isSame(facts), false)
    })
  }

  it('is that the server says nothing, where the type is known without it', async () => {
    const type = { kind: 'structure', layout: 'plain', isAbstract: false, fields: [] } as const
    const encodedAs = () => ({ root: standard(862), types: new Map([[standard(862), type]]) })
    const facts = await factsOf({ standard: { ...NO_STANDARD, encodedAs } })
    assert.equal(await isSame(facts), true)
    describePlant(space)
    assert.equal(await isSame(facts), false)
  })

  it('is asked for in one Read and one Browse, and the limits of the server are not', async () => {
    describePlant(space)
    const facts = await factsOf()
    space.calls.length = 0
    const { requests } = await confirm(space, { namespaces: NAMESPACES, facts }, undefined)
    assert.deepEqual([space.calls.map((call) => call.split(' ')[0]), requests], [['read', 'browse'], 2])
  })
})

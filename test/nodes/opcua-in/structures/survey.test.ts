import assert from 'node:assert/strict'
import { type NodeRef, nodeText } from '../../../../nodes/opcua-in/node-ids'
import { type Finding, Surveyor, type SurveyParts } from '../../../../nodes/opcua-in/structures/survey'
import { ImaginedAddressSpace } from '../imagined-address-space'
import { NO_STANDARD } from '../no-types'
import { bodyOf, enumDefinition, node, own, standard, structureDefinition } from './encoding'
import { AXIS, define, describePlant, MOTOR, MOTOR_ENCODING, refer, STATE, text } from './plant-types'

const int32 = node(6, 0)

describe('A survey of the types of a server', () => {
  let space: ImaginedAddressSpace
  let surveyor: Surveyor
  beforeEach(() => {
    space = new ImaginedAddressSpace()
    surveyor = surveyorWith({})
  })

  function surveyorWith(others: Partial<SurveyParts>): Surveyor {
    return new Surveyor({ service: space, namespaces: [], standard: NO_STANDARD, ...others })
  }
  /** `tagTypes`: of tags that had a value. */
  async function findingOf(encoding: NodeRef, tagTypes: readonly NodeRef[] = []): Promise<Finding | undefined> {
    const tags = tagTypes.map((_, index) => node(900 + index))
    for (const [index, tag] of tags.entries()) {
      space.attributes.set(`dataType of ${text(tag)}`, { data: nodeText(tagTypes[index] ?? tag) })
    }
    return (await surveyor.ask([{ encoding, tags }])).findings[0]
  }
  async function reasonFor(encoding: NodeRef, tagTypes: readonly NodeRef[] = []): Promise<string> {
    const finding = await findingOf(encoding, tagTypes)
    return finding && 'reason' in finding ? finding.reason : JSON.stringify(finding)
  }

  it('goes from the encoding to the built-in types of the last fields', async () => {
    describePlant(space)
    surveyor = surveyorWith({ texts: async (types) => types.map(() => new Map([[1, 'Running']])) })
    const { findings, types } = await surveyor.ask([{ encoding: MOTOR_ENCODING, tags: [] }])
    assert.deepEqual(findings, [{ root: own(10) }])
    assert.deepEqual([types.get(own(10))?.kind, types.get(own(20))?.kind], ['structure', 'structure'])
    assert.deepEqual(types.get(own(30)), { kind: 'enumeration', texts: new Map([[1, 'Running']]) })
    assert.deepEqual(types.get(own(40)), { kind: 'simple', type: 5 })
    assert.deepEqual(types.get(standard(294)), { kind: 'simple', type: 13 })
    assert.deepEqual(types.get(standard(11)), { kind: 'simple', type: 11 })
  })

  it('asks for many types in few calls, and never again for what was told', async () => {
    describePlant(space)
    const encodings = Array.from({ length: 50 }, (_, index) => node(100 + index))
    for (const encoding of encodings) refer(space, encoding, MOTOR)
    const questions = encodings.map((encoding) => ({ encoding, tags: [] }))
    await surveyor.ask(questions)
    assert.deepEqual(space.calls, ['browse 50', 'read 2', 'read 6', 'browse 2'])
    await surveyor.ask(questions)
    assert.deepEqual([space.calls.length, surveyor.requests], [4, 5])
  })

  it('leaves enumerations as numbers where nobody wants their texts', async () => {
    describePlant(space)
    const { types } = await surveyor.ask([{ encoding: MOTOR_ENCODING, tags: [] }])
    assert.deepEqual(types.get(own(30)), { kind: 'enumeration', texts: undefined })
  })

  it('takes the id of a data type for what it is', async () => {
    describePlant(space)
    assert.deepEqual(await findingOf(AXIS), { root: own(20) })
  })

  const field = [{ name: 'a', type: int32 }]
  it('takes the type of the tag for that of the value if it names the encoding, though there is no such node', async () => {
    define(space, MOTOR, structureDefinition(field, { encoding: 11 }))
    assert.deepEqual(await findingOf(MOTOR_ENCODING, [MOTOR]), { root: own(10) })
  })

  it('takes the type of the tag for that of the value if it names no encoding', async () => {
    define(space, MOTOR, structureDefinition(field))
    assert.deepEqual(await findingOf(MOTOR_ENCODING, [AXIS, MOTOR]), { root: own(10) })
  })

  it('does not take the type of the tag for that of the value if it names another encoding, or is abstract', async () => {
    define(space, MOTOR, structureDefinition(field, { encoding: 99 }))
    define(space, AXIS, structureDefinition(field))
    space.attributes.set(`isAbstract of ${text(AXIS)}`, { data: true })
    assert.match(await reasonFor(MOTOR_ENCODING, [MOTOR, AXIS]), /does not tell the type of ns=1;i=11/)
  })

  it('knows by themselves what values of abstract types are: they bring their types along', async () => {
    refer(space, MOTOR_ENCODING, MOTOR)
    define(
      space,
      MOTOR,
      structureDefinition([
        { name: 'any', type: node(24, 0) },
        { name: 'number', type: node(26, 0) },
        { name: 'base', type: AXIS },
      ]),
    )
    refer(space, AXIS, node(22, 0))
    space.attributes.set(`isAbstract of ${text(AXIS)}`, { data: true })
    const { types } = await surveyor.ask([{ encoding: MOTOR_ENCODING, tags: [] }])
    const simple = (type: number) => ({ kind: 'simple', type })
    assert.deepEqual([types.get(own(20)), types.get(standard(26))], [simple(22), simple(24)])
  })

  it('takes a type without a definition for what its supertype is, abstract or not', async () => {
    const [optionSet, flags, holder] = [node(12755, 0), node(80), node(81)]
    const bytes = node(15, 0)
    define(
      space,
      optionSet,
      structureDefinition([
        { name: 'Value', type: bytes },
        { name: 'ValidBits', type: bytes },
      ]),
    )
    space.attributes.set(`isAbstract of ${text(optionSet)}`, { data: true })
    // the names of its bits
    define(space, flags, enumDefinition([{ value: 9, name: 'Hot' }]))
    refer(space, flags, optionSet)
    define(space, holder, structureDefinition([{ name: 'Flags', type: flags }]))
    refer(space, MOTOR_ENCODING, holder)
    const { types } = await surveyor.ask([{ encoding: MOTOR_ENCODING, tags: [] }])
    const described = types.get(own(80))
    assert.deepEqual(described?.kind === 'structure' && [described.isAbstract, described.fields.length], [false, 2])
    assert.deepEqual(types.get(standard(15)), { kind: 'simple', type: 15 })
  })

  it('does not take a type for abstract whose supertype is, and which nothing describes', async () => {
    describePlant(space)
    space.attributes.delete(`dataTypeDefinition of ${text(AXIS)}`)
    refer(space, AXIS, node(82))
    space.attributes.set(`isAbstract of ${text(node(82))}`, { data: true })
    refer(space, node(82), node(22, 0))
    assert.match(await reasonFor(MOTOR_ENCODING), /does not describe the type ns=1;i=20/)
  })

  it('says what the server does not describe', async () => {
    describePlant(space)
    space.attributes.delete(`dataTypeDefinition of ${text(AXIS)}`)
    refer(space, AXIS, node(22, 0))
    assert.match(await reasonFor(MOTOR_ENCODING), /does not describe the type ns=1;i=20/)
    assert.match(await reasonFor(node(60)), /does not tell the type of ns=1;i=60/)
    refer(space, node(50), STATE)
    assert.match(await reasonFor(node(50)), /the type ns=1;i=30 is no structure/)
    refer(space, node(51), node(52))
    define(space, node(52), structureDefinition([{ name: 'x', type: int32, rank: -3 }]))
    assert.match(await reasonFor(node(51)), /cannot be used: the field x has -3 dimensions/)
  })

  it('ends where types are made of themselves, or are their own supertypes', async () => {
    refer(space, MOTOR_ENCODING, MOTOR)
    define(space, MOTOR, structureDefinition([{ name: 'again', type: MOTOR, rank: 1 }]))
    assert.deepEqual(await findingOf(MOTOR_ENCODING), { root: own(10) })
    refer(space, node(50), AXIS)
    refer(space, AXIS, STATE)
    refer(space, STATE, AXIS)
    assert.match(await reasonFor(node(50)), /does not describe the type/)
  })

  it('falls back on what is known of OPC UA itself', async () => {
    const type = { kind: 'structure', layout: 'plain', isAbstract: false, fields: [] } as const
    const encodedAs = () => ({ root: standard(862), types: new Map([[standard(862), type]]) })
    surveyor = surveyorWith({ standard: { ...NO_STANDARD, encodedAs } })
    const { findings, types } = await surveyor.ask([{ encoding: node(864, 0), tags: [] }])
    assert.deepEqual([findings, types.get(standard(862))], [[{ root: standard(862) }], type])
  })

  it('looks into the type dictionary of a server that has no definitions', async () => {
    const [description, dictionary] = [node(70), node(71)]
    // The space leads to the same in every direction: an encoding to its description, that to its dictionary.
    refer(space, MOTOR_ENCODING, description)
    refer(space, description, dictionary)
    const xml =
      '<d:TypeDictionary xmlns:opc="http://opcfoundation.org/BinarySchema/"><d:StructuredType Name="Motor"/></d:TypeDictionary>'
    space.attributes.set(`value of ${text(description)}`, { data: 'Motor' })
    space.attributes.set(`value of ${text(dictionary)}`, { data: Buffer.from(xml) })
    const { findings, types } = await surveyor.ask([{ encoding: MOTOR_ENCODING, tags: [] }])
    assert.deepEqual(findings, [{ root: '1;numeric;71/Motor' }])
    assert.equal(types.get('1;numeric;71/Motor')?.kind, 'structure')
    space.attributes.set(`value of ${text(dictionary)}`, { data: Buffer.from('<x/>') })
    surveyor = surveyorWith({})
    assert.match(await reasonFor(MOTOR_ENCODING), /type dictionary of the server cannot be read/)
  })

  it('gives continuation points back', async () => {
    describePlant(space)
    space.perCall = 1
    space.references.get(text(MOTOR_ENCODING))?.push(...(space.references.get(text(MOTOR_ENCODING)) ?? []))
    assert.deepEqual(await findingOf(MOTOR_ENCODING), { root: own(10) })
    assert.equal(space.held, 0)
  })

  it('is not misled by a definition that is another structure', async () => {
    refer(space, MOTOR_ENCODING, MOTOR)
    define(space, MOTOR, bodyOf(node(7, 0), Buffer.alloc(100)))
    assert.match(await reasonFor(MOTOR_ENCODING), /does not describe/)
  })
})

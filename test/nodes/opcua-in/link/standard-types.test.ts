import assert from 'node:assert/strict'
import { standardTypes } from '../../../../nodes/opcua-in/link/standard-types'
import { node, standard } from '../structures/encoding'

describe('The types of OPC UA itself', () => {
  it('have the names of the specification', () => {
    const status = standardTypes.encodedAs(node(864, 0))
    assert.equal(status?.root, standard(862))
    const type = status.types.get(standard(862))
    assert.ok(type?.kind === 'structure')
    assert.deepEqual(
      type.fields.map(({ name, type: key }) => [name, key]),
      [
        ['StartTime', standard(13)],
        ['CurrentTime', standard(13)],
        ['State', standard(852)],
        ['BuildInfo', standard(338)],
        ['SecondsTillShutdown', standard(7)],
        ['ShutdownReason', standard(21)],
      ],
    )
    const state = status.types.get(standard(852))
    assert.equal(state?.kind === 'enumeration' && state.texts?.get(4), 'Shutdown')
    const build = status.types.get(standard(338))
    assert.equal(build?.kind === 'structure' && build.fields[0]?.name, 'ProductUri')
  })

  it('hold all that their fields are made of, fields of their bases first', () => {
    for (const encoding of [298, 886, 889, 8251, 539, 15_682, 14_844]) {
      const found = standardTypes.encodedAs(node(encoding, 0))
      if (!found) continue
      for (const type of found.types.values()) {
        const fields = type.kind === 'structure' ? type.fields : []
        for (const field of fields) assert.ok(found.types.has(field.type), `${encoding}: ${field.name}`)
      }
    }
  })

  it('are found by their names', () => {
    assert.equal(standardTypes.named('Range')?.root, standard(884))
    assert.deepEqual(standardTypes.named('Variant')?.types.get(standard(24)), { kind: 'simple', type: 24 })
    assert.deepEqual(standardTypes.named('Duration')?.types.get(standard(11)), { kind: 'simple', type: 11 })
    assert.equal(standardTypes.named('ServerState')?.types.get(standard(852))?.kind, 'enumeration')
  })

  it('are no others', () => {
    assert.deepEqual(
      [
        standardTypes.encodedAs(node(864, 1)),
        standardTypes.encodedAs(node(1, 0)),
        standardTypes.named('Unheard'),
        standardTypes.named('constructor'),
      ],
      [undefined, undefined, undefined, undefined],
    )
  })
})

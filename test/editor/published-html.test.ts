import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type AnyNode, type Expression, type ObjectExpression, parse } from 'acorn'
import { parseCondition } from '../../editor/condition'
import { checkField, defaultsOf, type Fields } from '../../lib/contract/fields'
import { supervisorFields, supervisorSecrets } from '../../nodes/collector-supervisor/fields'
import { melsecFields } from '../../nodes/melsec-in/fields'
import { modbusFields } from '../../nodes/modbus-in/fields'
import { opcuaFields, opcuaSecrets } from '../../nodes/opcua-in/fields'
import { statusBroadcastFields } from '../../nodes/status-broadcast/fields'

const NODES = resolve(__dirname, '../../nodes')

const nodes: { node: string; category: string; inputs?: number; outputs?: number; fields: Fields; secrets?: Fields }[] =
  [
    { node: 'collector-supervisor', category: 'config', fields: supervisorFields, secrets: supervisorSecrets },
    { node: 'modbus-in', category: 'collectors', inputs: 0, outputs: 1, fields: modbusFields },
    { node: 'melsec-in', category: 'collectors', inputs: 0, outputs: 1, fields: melsecFields },
    {
      node: 'opcua-in',
      category: 'collectors',
      inputs: 0,
      outputs: 1,
      fields: opcuaFields,
      secrets: opcuaSecrets,
    },
    { node: 'status-broadcast', category: 'collectors', inputs: 1, outputs: 2, fields: statusBroadcastFields },
  ]

function htmlOf(node: string): string {
  return readFileSync(join(NODES, node, `${node}.html`), 'utf8')
}

/** What the flow library and the scorecard find, which parse the html with these very means instead of running it. */
function registrationIn(html: string): { type: unknown; definition: Map<string, Expression> } {
  const scripts = [...html.matchAll(/<script.+?type=['"]text\/javascript['"].*?>([\S\s]*?)<\/script>/gi)]
  for (const [, code = ''] of scripts) {
    for (const found of nodesIn(parse(code, { ecmaVersion: 'latest' }))) {
      if (found.type !== 'CallExpression' || found.callee.type !== 'MemberExpression') continue
      const { property } = found.callee
      if (property.type !== 'Identifier' || property.name !== 'registerType') continue
      const [type, definition] = found.arguments
      assert.ok(type?.type === 'Literal' && definition?.type === 'ObjectExpression', 'type and definition are literal')
      return { type: type.value, definition: propertiesOf(definition) }
    }
  }
  throw new Error('nothing is registered')
}

function* nodesIn(node: AnyNode): Generator<AnyNode> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesIn(child)
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function propertiesOf(object: ObjectExpression): Map<string, Expression> {
  return new Map(
    object.properties.map((property) => {
      assert.ok(property.type === 'Property' && property.key.type === 'Identifier', 'property names are plain')
      return [property.key.name, property.value]
    }),
  )
}

function literal(expression: Expression | undefined): unknown {
  if (expression === undefined) return undefined
  if (expression.type === 'ArrayExpression') return expression.elements
  if (expression.type === 'ObjectExpression') return Object.fromEntries(propertiesOf(expression))
  assert.equal(expression.type, 'Literal')
  return expression.type === 'Literal' ? expression.value : undefined
}

function inner(definition: Map<string, Expression>, name: string): Map<string, Expression> {
  const found = definition.get(name)
  assert.ok(found?.type === 'ObjectExpression', `${name} is inline`)
  return propertiesOf(found)
}

for (const { node, category, inputs, outputs, fields, secrets } of nodes) {
  describe(`the published html of ${node}`, () => {
    const html = htmlOf(node)
    const { type, definition } = registrationIn(html)

    it('registers its type with literal category, ports, colour and an icon that exists', () => {
      assert.equal(type, node)
      assert.equal(literal(definition.get('category')), category)
      assert.equal(literal(definition.get('inputs')), inputs)
      assert.equal(literal(definition.get('outputs')), outputs)
      if (category === 'config') return
      assert.match(String(literal(definition.get('color'))), /^#[0-9A-F]{6}$/)
      assert.ok(existsSync(join(NODES, node, 'icons', String(literal(definition.get('icon'))))))
    })

    it('has the default of every field, and looks at its value', () => {
      const defaults = inner(definition, 'defaults')
      const values = [...defaults].map(([name, entry]) => {
        assert.ok(entry.type === 'ObjectExpression')
        const parts = propertiesOf(entry)
        assert.ok(parts.has('validate') || literal(parts.get('type')) === 'collector-supervisor', name)
        return [name, literal(parts.get('value'))]
      })
      assert.deepEqual(Object.fromEntries(values), defaultsOf(fields))
    })

    it('has its secrets as credentials only', () => {
      if (!secrets) return assert.ok(!definition.has('credentials'))
      const credentials = [...inner(definition, 'credentials')]
      assert.deepEqual(
        credentials.map(([name]) => name),
        Object.keys(secrets),
      )
      for (const [name, entry] of credentials) {
        assert.ok(entry.type === 'ObjectExpression')
        const expected = /username/i.test(name) ? 'text' : 'password'
        assert.equal(literal(propertiesOf(entry).get('type')), expected)
        assert.ok(propertiesOf(entry).has('validate'), name)
      }
    })

    it('has conditions that can hold', () => {
      for (const [, text = ''] of html.matchAll(/data-when="([^"]*)"/g)) {
        for (const [property, values] of parseCondition(text)) {
          const field = fields[property]
          assert.ok(field?.kind === 'choice', property)
          for (const value of values) assert.ok(field.choices.includes(value), `${property}=${value}`)
        }
      }
    })

    it('offers numbers that may be chosen, and all of them where there is nothing else to choose', () => {
      for (const [, property = '', text = ''] of html.matchAll(/data-offers="node-input-(\w+)">([^<]+)</g)) {
        const field = fields[property]
        assert.ok(field && checkField(field, text) === undefined, `${property}: ${text}`)
      }
      for (const [, property = '', options = ''] of html.matchAll(/<select[^>]* id="[a-z-]+-(\w+)">(.*?)<\/select>/g)) {
        const field = fields[property]
        if (field?.kind !== 'number') continue
        const offered = [...options.matchAll(/value="(\d+)"/g)].map(([, value]) => Number(value))
        const all = Array.from({ length: field.max - field.min + 1 }, (_none, index) => field.min + index)
        assert.deepEqual(offered.sort(), all, property)
      }
    })

    it('has nothing left to fill in, and no colours of its own in the dialog', () => {
      assert.doesNotMatch(html, /<form-row|shared-part|editor\.ts \*\//)
      const style =
        /style_default = `([^`]*)`/.exec(html)?.[1] ?? html.split('<script type="text/javascript">')[0] ?? ''
      assert.match(html, /--red-ui-/)
      assert.doesNotMatch(style, /#[0-9a-f]{3,8}\b(?=[;\s])|rgba?\(/i)
    })

    it('has a text for every key of its dialog', () => {
      const catalog = JSON.parse(readFileSync(join(NODES, node, 'locales/en-US', `${node}.json`), 'utf8'))
      for (const [, keys = ''] of html.matchAll(/data-i18n="([^"]+)"/g)) {
        for (const key of keys.split(';').map((part) => part.replace(/^\[\w+\]/, ''))) {
          const text = key.split('.').reduce((part, name) => part?.[name], catalog)
          assert.equal(typeof text, 'string', key)
        }
      }
    })
  })
}

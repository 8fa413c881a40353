// The dialog of a modbus-in node.

import { aboutMs, type Outlook } from '../../editor/outlook-line'
import { type Given, readerEditor } from '../../editor/reader-editor'
import { wordNotes, wordTypeGroups } from '../../editor/word-notes'
import type { Translate } from '../../editor/wording'
import { parseFields } from '../../lib/contract/fields'
import { asOneOf } from '../../lib/contract/parse'
import { isBitArea } from './addresses'
import { adviceFor } from './advice'
import { checkMaxRegisters, checkTarget, isLine, type ModbusConfig, modbusFields, transports } from './fields'
import { forecast } from './forecast'
import { placeInList } from './list-addresses'
import { nextAddress } from './next-address'
import { type Reads, readsOf } from './reads'
import { modbusWordings } from './wordings'

export const { validate, label, labelStyle, onadd, oneditprepare, oneditsave, oneditcancel } = readerEditor({
  fields: modbusFields,
  stem: 'modbus',
  wordings: modbusWordings,
  checks: {
    host: targetCheck('host'),
    serialPort: targetCheck('serialPort'),
    maxRegisters(value, given) {
      const parsed = parseFields({ tags: modbusFields.tags }, { tags: given('tags') })
      return parsed.ok ? checkMaxRegisters({ maxRegisters: Number(value), tags: parsed.value.tags }) : undefined
    },
  },
  target: (given) => given(isOverLine(given) ? 'serialPort' : 'host'),
  groups: (translate) => ({ type: wordTypeGroups(translate) }),
  notes(cells, _given, translate) {
    const notes = wordNotes(cells.type)
    const reads = readsOf(cells)
    const idle = reads && isBitArea(reads.area) ? [...notes.idle, 'width'] : notes.idle
    return { ...notes, idle, reads: reads ? describe(reads, translate) : '' }
  },
  nextAddress: (cells) => nextAddress(cells.address ?? '', cells.type ?? '', cells.length, cells.width),
  readPlace: (place) => placeInList(place, { area: undefined, base: 0, hex: false }),
  outlook: outlookOf,
})

function isOverLine(given: Given): boolean {
  const transport = asOneOf(given('transport'), transports)
  return transport !== undefined && isLine(transport)
}

/** What is missing depends on the transport. */
function targetCheck(path: string) {
  return (_value: unknown, given: Given): string | undefined => {
    const text = (property: string): string => String(given(property) ?? '')
    const transport = asOneOf(text('transport') || modbusFields.transport.default, transports)
    if (transport === undefined) return undefined
    const problems = checkTarget({ transport, host: text('host'), serialPort: text('serialPort') })
    return problems.find((problem) => problem.path === path)?.message
  }
}

function outlookOf(config: ModbusConfig, translate: Translate, wording: (message: string) => string): Outlook {
  const tooFew = checkMaxRegisters(config)
  if (tooFew !== undefined) return { problem: `${translate('label.maxRegisters')}: ${wording(tooFew)}` }
  const { requests, cycleMs } = forecast(config)
  const advice = cycleMs <= config.interval ? [] : adviceFor(config)
  return {
    requests,
    cycleMs,
    intervalMs: config.interval,
    advice: advice.map(({ property, value, cycleMs }) =>
      translate(`outlook.help-${property}`, { value, cycle: aboutMs(cycleMs) }),
    ),
  }
}

/** "holding 40124 · wire 123", "holding 40001–40002 · wire 0–1 · unit 17" */
function describe({ area, number, wire, unit }: Reads, translate: Translate): string {
  const text = translate('reads', { area: translate(`area.${area}`), number, wire })
  return unit === undefined ? text : translate('reads-unit', { reads: text, unit })
}

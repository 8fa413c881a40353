// The dialog of a melsec-in node.

import { aboutMs, type Outlook } from '../../editor/outlook-line'
import { type Given, readerEditor } from '../../editor/reader-editor'
import type { Cells } from '../../editor/tag'
import { wordNotes, wordTypeGroups } from '../../editor/word-notes'
import type { Translate } from '../../editor/wording'
import { asOneOf } from '../../lib/contract/parse'
import { tagList } from '../../lib/contract/reader-fields'
import { parseAddress } from './addresses'
import { adviceFor } from './advice'
import { type MelsecConfig, melsecFields, melsecTagFields, plcOf } from './fields'
import { forecast } from './forecast'
import { nextAddress } from './next-address'
import { readsOf } from './reads'
import { checkFrame, encodings, frameNames, framesOf, type Plc, seriesNames } from './series'
import { checkRandomOnly, checkTags } from './tag-rules'
import { melsecWordings } from './wordings'

export const { validate, label, labelStyle, onadd, oneditprepare, oneditsave, oneditcancel } = readerEditor({
  fields: melsecFields,
  stem: 'plc',
  wordings: melsecWordings,
  checks: {
    frame(_value, given) {
      const series = asOneOf(given('series'), seriesNames)
      const frame = asOneOf(given('frame'), frameNames)
      return series && frame && checkFrame({ series, frame })
    },
    host: (value) => (String(value ?? '').trim() === '' ? 'must not be empty' : undefined),
  },
  target: (given) => given('host'),
  tagsGiven,
  decisive: ['series', 'frame', 'encoding', 'randomRead'],
  groups: (translate) => ({ type: wordTypeGroups(translate) }),
  notes: (cells, given, translate) => ({
    ...wordNotes(cells.type),
    reads: describe(cells, plcGiven(given), translate),
  }),
  nextAddress(cells, given) {
    const plc = plcGiven(given)
    return plc ? nextAddress(cells.address ?? '', cells.type ?? '', cells.length, plc) : ''
  },
  outlook: outlookOf,
})

/**
 * The PLC as it stands in the dialog; undefined where the environment will say which it is. A series that does not speak the
 * frame is looked at with one that it speaks: the frame has its own problem then.
 */
function plcGiven(given: Given): Plc | undefined {
  const series = asOneOf(given('series') ?? melsecFields.series.default, seriesNames)
  const frame = asOneOf(given('frame') ?? melsecFields.frame.default, frameNames)
  const encoding = asOneOf(given('encoding') ?? melsecFields.encoding.default, encodings)
  if (!series || !frame || !encoding) return undefined
  const [spoken = frame] = framesOf[series]
  return { series, frame: framesOf[series].includes(frame) ? frame : spoken, encoding }
}

/** An address is looked at by itself, so that it is refused while other cells of its row are still wrong. */
function tagsGiven(given: Given) {
  const address = {
    ...melsecTagFields.address,
    check(text: string): string | undefined {
      const plc = plcGiven(given)
      const parsed = plc && parseAddress(text, plc)
      return parsed && 'problem' in parsed ? parsed.problem : undefined
    },
  }
  return tagList({ ...melsecTagFields, address }, (tags) => {
    const plc = plcGiven(given)
    if (!plc) return []
    const isRandomOff = String(given('randomRead')) === 'false'
    return [...checkTags(tags, plc), ...(isRandomOff ? checkRandomOnly(tags, plc) : [])]
  })
}

function outlookOf(
  config: MelsecConfig,
  translate: Translate,
  wording: (message: string) => string,
): Outlook | undefined {
  const unspoken = checkFrame(config)
  if (unspoken !== undefined) return { problem: `${translate('label.frame')}: ${wording(unspoken)}` }
  // where the environment will say which PLC it is, nobody has looked at the addresses
  if (checkTags(config.tags, plcOf(config)).length > 0) return undefined
  const { requests, cycleMs } = forecast(config)
  const advice = cycleMs <= config.interval ? [] : adviceFor(config)
  return {
    requests,
    cycleMs,
    intervalMs: config.interval,
    advice: advice.map(({ setting, cycleMs }) => translate(`outlook.help-${setting}`, { cycle: aboutMs(cycleMs) })),
  }
}

/** "D100–D101", "X10 = 16 (hex) · word 1 bit 0", "W0FF–W100 = 255–256 (hex)" */
function describe(cells: Cells, plc: Plc | undefined, translate: Translate): string {
  const reads = plc && readsOf(cells, plc)
  if (!reads) return ''
  const { number, base, decimal, place } = reads
  if (base === 10) return number
  const text = translate(`reads-${base}`, { number, decimal })
  return place ? translate('reads-place', { reads: text, ...place }) : text
}

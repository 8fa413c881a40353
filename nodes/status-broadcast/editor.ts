// The dialog of a status-broadcast node.

import { addStyle, fillRest } from '../../editor/form'
import { translateFor, validatorsOf } from '../../editor/validators'
import { statusBroadcastFields } from './fields'
import { statusBroadcastWordings } from './wordings'

addStyle()

export const validate = validatorsOf(statusBroadcastFields, { wordings: statusBroadcastWordings })

export function label(this: EditedNode): string {
  return String(this.name || translateFor(this)('default-name'))
}

export function labelStyle(this: EditedNode): string {
  return this.name ? 'node_label_italic' : ''
}

export function inputLabel(this: EditedNode): string {
  return translateFor(this)('port.commands')
}

export function outputLabel(this: EditedNode, index: number): string {
  return translateFor(this)(index === 0 ? 'port.processes' : 'port.events')
}

export function oneditprepare(this: EditedNode): void {
  fillRest(this, statusBroadcastFields, 'node-input')
}

// The dialog of a supervisor. Its historian properties are stored, but have no rows yet: nothing would follow from them.

import { addStyle, fillAbsent } from '../../editor/form'
import { translateFor, validatorsOf } from '../../editor/validators'
import { supervisorFields } from './fields'

addStyle()

export const validate = validatorsOf(supervisorFields)

export function label(this: EditedNode): string {
  return String(this.name || translateFor(this)('default-name'))
}

export function oneditprepare(this: EditedNode): void {
  fillAbsent(this, supervisorFields, 'node-config-input')
}

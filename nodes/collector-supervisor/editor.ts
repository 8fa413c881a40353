// The dialog of a supervisor.

import { showRowsThatApply } from '../../editor/condition'
import { Dialog } from '../../editor/dialog'
import { addStyle, explainChoices, fillRest } from '../../editor/form'
import { type NodeCheck, translateFor, validatorsOf } from '../../editor/validators'
import { checkInflux, INFLUX_VERSIONS } from '../../lib/contract/influx-target'
import { asOneOf } from '../../lib/contract/parse'
import { supervisorFields, supervisorSecrets } from './fields'
import { supervisorWordings } from './wordings'

addStyle()

const dialog = new Dialog('node-config-input')

const INFLUX_PROPERTIES = [
  ...['influxUrl', 'influxOrg', 'influxBucket', 'influxDatabase'],
  ...['influxToken', 'influxUsername', 'influxPassword'],
]

export const validate = validatorsOf(
  { ...supervisorFields, ...supervisorSecrets },
  {
    wordings: supervisorWordings,
    checks: Object.fromEntries(INFLUX_PROPERTIES.map((property) => [property, influxCheck(property)])),
  },
)

export function label(this: EditedNode): string {
  return String(this.name || translateFor(this)('default-name'))
}

export function oneditprepare(this: EditedNode): void {
  dialog.open(this)
  fillRest(this, supervisorFields, 'node-config-input')
  explainChoices(translateFor(this))
  showRowsThatApply('node-config-input')
}

export function oneditsave(): void {
  dialog.close()
}

export function oneditcancel(): void {
  dialog.close()
}

/** What is missing depends on the version; while the dialog is open, on the one that is chosen in it. */
function influxCheck(path: string): NodeCheck {
  return (_value, node) => {
    const given = (property: string): string => String(dialog.given(node, property) ?? '')
    const version = asOneOf(given('influxVersion') || supervisorFields.influxVersion.default, INFLUX_VERSIONS)
    if (given('historian') !== 'influxdb' || version === undefined) return undefined
    const problems = checkInflux({
      version,
      url: given('influxUrl'),
      org: given('influxOrg'),
      bucket: given('influxBucket'),
      database: given('influxDatabase'),
      token: given('influxToken'),
      username: given('influxUsername'),
      password: given('influxPassword'),
    })
    return problems.find((problem) => problem.path === path)?.message
  }
}

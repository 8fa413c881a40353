// What Node-RED's editor loads: the tab, and an action that opens it.

import { Sidebar } from './sidebar'
import css from './sidebar.css'

/** Of the plugin, the tab and its catalog. */
const ID = 'collectors-sidebar'

RED.plugins.registerPlugin(ID, {
  onadd() {
    const style = document.createElement('style')
    style.textContent = css
    document.head.append(style)
    const translate = (key: string, values?: Record<string, string | number>): string => this._(key, values)
    const sidebar = new Sidebar(translate)
    RED.sidebar.addTab({
      id: ID,
      label: translate('tab.label'),
      name: translate('tab.name'),
      iconClass: 'fa fa-heartbeat',
      content: sidebar.root,
      action: 'collectors:show-sidebar',
      enableOnEdit: true,
    })
    RED.actions.add('collectors:show-sidebar', () => RED.sidebar.show(ID))
    sidebar.connect()
  },
})

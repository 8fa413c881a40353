// The parts of Node-RED's editor that the dialogs use, as it offers them from 4.1 on.

/** A node while it is edited: its properties as they are stored, and what the editor adds. */
interface EditedNode {
  [property: string]: unknown
  id: string
  type: string
  /** Disabled by the user. */
  d?: boolean
  /** A text of the node's own catalog. */
  _(key: string, values?: Record<string, string | number>): string
}

interface EditorTab {
  id: string
  label: string
}

interface SidebarTab {
  id: string
  label: string
  name: string
  iconClass: string
  content: HTMLElement
  action: string
  /** Also while a dialog is open. */
  enableOnEdit: boolean
}

interface EditorTabs {
  addTab(tab: EditorTab): void
  activateTab(id: string): void
  renameTab(id: string, label: string): void
}

declare const RED: {
  _(key: string, values?: Record<string, string | number>): string
  nodes: {
    getType(type: string): { _: EditedNode['_'] } | null
    filterNodes(filter: { type: string }): EditedNode[]
    node(id: unknown): EditedNode | null
    eachNode(look: (node: EditedNode) => void): void
    eachConfig(look: (node: EditedNode) => void): void
  }
  settings: { apiRootUrl?: string; get(key: string): unknown }
  user: { hasPermission(permission: string): boolean }
  view: { reveal(id: string): void }
  /** Takes HTML. */
  notify(text: string, type: 'error' | 'warning'): void
  actions: { add(name: string, act: () => void): void }
  plugins: { registerPlugin(id: string, plugin: ThisType<{ _: EditedNode['_'] }> & { onadd(): void }): void }
  sidebar: {
    addTab(tab: SidebarTab): void
    show(id: string): void
    config: { show(id: string): void }
  }
  tabs: { create(options: { id: string; onchange(tab: EditorTab): void }): EditorTabs }
}

/** Of jQuery only the list widget of Node-RED is used. */
interface EditableListOptions<Row> {
  addButton: false
  sortable: string
  scrollOnAdd: false
  height: 'auto'
  addItem(row: ArrayLike<HTMLElement>, index: number, data: Row): void
  sortItems(): void
}
interface EditableList {
  editableList<Row>(options: EditableListOptions<Row>): void
  editableList(method: 'insertItemAt', data: object, index: number): void
  editableList(method: 'removeItem', data: object): void
}
declare function $(element: HTMLElement): EditableList

declare module '*.css' {
  const text: string
  export default text
}

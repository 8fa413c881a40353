// The same tests in every Node-RED there is: the one of this package, and an older one if OLDER_NODE_RED names the
// folder of its package, e.g. /opt/older/node_modules/node-red.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { startChromium } from '../support/browser'
import { type FlowNode, NodeRed } from '../support/node-red'
import { EditorPage, type Look } from './editor-page'
import { FLOW } from './flow'
import { TagTablePage } from './tag-table-page'

export type Opened = { editor: EditorPage; table: TagTablePage }

export type Suite = {
  /** For the names of screenshots. */
  version: string
  /** What is deployed. */
  deployed(id: string): FlowNode | undefined
  /** Opens the editor; it is closed after the test. */
  open(look?: Look): Promise<Opened>
}

/** Nothing is fetched from elsewhere, nothing covers the page. */
const SETTINGS = 'editorTheme: { tours: false, palette: { catalogues: [] } }'
const OLDER_NODE_RED = process.env.OLDER_NODE_RED

export function inEveryNodeRed(title: string, tests: (suite: Suite) => void): void {
  inOneNodeRed('node-red-5', undefined, title, tests)
  if (OLDER_NODE_RED) inOneNodeRed('node-red-4', OLDER_NODE_RED, title, tests)
}

function inOneNodeRed(version: string, folder: string | undefined, title: string, tests: (suite: Suite) => void): void {
  describe(`${title} in ${version}`, function () {
    this.timeout(120_000)
    let nodeRed: NodeRed | undefined
    let browser: Browser | undefined
    let opened: EditorPage[] = []

    before(async function () {
      browser = await startChromium(this)
      nodeRed = await NodeRed.start({
        flows: FLOW,
        settings: SETTINGS,
        ...(folder !== undefined && { nodeRedFolder: folder }),
      })
    })
    afterEach(async () => {
      await Promise.all(opened.map((editor) => editor.close()))
      opened = []
    })
    after(async () => {
      await browser?.close()
      await nodeRed?.dispose()
    })

    const running = (): NodeRed => {
      if (!nodeRed) throw new Error('Node-RED is not running')
      return nodeRed
    }
    tests({
      version,
      deployed(id) {
        const flow: FlowNode[] = JSON.parse(readFileSync(join(running().userDir, 'flows.json'), 'utf8'))
        return flow.find((node) => node.id === id)
      },
      async open(look) {
        if (!browser) throw new Error('Chromium is not running')
        const editor = await EditorPage.open(browser, running().url, look)
        opened.push(editor)
        return { editor, table: new TagTablePage(editor.page) }
      },
    })
  })
}

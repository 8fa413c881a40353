// The same tests in every Node-RED there is: the one of this package, and an older one if OLDER_NODE_RED names the
// folder of its package, e.g. /opt/older/node_modules/node-red.

import type { Browser } from 'playwright-core'
import { EditorPage, hasChromium, type Look, startChromium } from './editor-page'
import { FLOW } from './flow'
import { bundledNodeRed, type NodeRed, startNodeRed } from './node-red'
import { TagTablePage } from './tag-table-page'

export type Opened = { editor: EditorPage; table: TagTablePage }

export type Suite = {
  /** For the names of screenshots. */
  version: string
  nodeRed(): NodeRed
  /** Opens the editor; it is closed after the test. */
  open(look?: Look): Promise<Opened>
}

const OLDER_NODE_RED = process.env.OLDER_NODE_RED

export function inEveryNodeRed(title: string, tests: (suite: Suite) => void): void {
  inOneNodeRed('node-red-5', bundledNodeRed(), title, tests)
  if (OLDER_NODE_RED) inOneNodeRed('node-red-4', OLDER_NODE_RED, title, tests)
}

function inOneNodeRed(version: string, folder: string, title: string, tests: (suite: Suite) => void): void {
  describe(`${title} in ${version}`, function () {
    this.timeout(120_000)
    let nodeRed: NodeRed | undefined
    let browser: Browser | undefined
    let opened: EditorPage[] = []

    before(async function () {
      if (!hasChromium()) {
        if (process.env.CI) throw new Error('the browser tests need Chromium: set CHROMIUM to its path')
        console.warn('      NO CHROMIUM: the dialogs are not tested. Set CHROMIUM to its path.')
        this.skip()
      }
      nodeRed = await startNodeRed(FLOW, folder)
      browser = await startChromium()
    })
    afterEach(async () => {
      await Promise.all(opened.map((editor) => editor.close()))
      opened = []
    })
    after(async () => {
      await browser?.close()
      await nodeRed?.stop()
    })

    const running = (): NodeRed => {
      if (!nodeRed) throw new Error('Node-RED is not running')
      return nodeRed
    }
    tests({
      version,
      nodeRed: running,
      async open(look) {
        if (!browser) throw new Error('Chromium is not running')
        const editor = await EditorPage.open(browser, running().url, look)
        opened.push(editor)
        return { editor, table: new TagTablePage(editor.page) }
      },
    })
  })
}

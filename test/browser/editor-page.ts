// Node-RED's editor in a real Chromium, as a user sees it.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { SHOTS } from '../support/browser'

/** The parts of Node-RED's editor that the tests use themselves. */
declare global {
  interface Window {
    RED: {
      editor: { edit(node: unknown): void; editConfig(property: string, type: string, id: string): void }
      nodes: { node(id: string): Record<string, unknown> | null; filterNodes(filter: object): { name: string }[] }
      sidebar: { help: { show(type: string): void } }
      actions: { invoke(name: string): void }
      settings: { set(key: string, value: unknown): void }
    }
  }
}

/** Its debug sidebar trips over a warning of a configuration node that comes before the editor has loaded the flow. */
const OF_NODE_RED = /handleDebugMessage|Uncaught error from RED\.comms\.subscribe/

export type Look = { locale?: string; colorScheme?: 'light' | 'dark'; width?: number; height?: number }

export class EditorPage {
  readonly page: Page
  /** Errors and warnings of the console, and what was thrown. */
  readonly complaints: string[] = []

  private constructor(page: Page) {
    this.page = page
    const complain = (text: string): void => {
      if (!OF_NODE_RED.test(text)) this.complaints.push(text)
    }
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complain(message.text())
    })
    page.on('pageerror', (error) => complain(String(error)))
    page.on('response', (response) => {
      if (response.status() >= 400) complain(`${response.status()} ${response.url()}`)
    })
  }

  static async open(browser: Browser, url: string, look: Look = {}): Promise<EditorPage> {
    const context = await browser.newContext({
      locale: look.locale ?? 'en-US',
      colorScheme: look.colorScheme ?? 'light',
      viewport: { width: look.width ?? 1500, height: look.height ?? 850 },
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    // 'auto' follows the colour scheme; Node-RED's own standard is light.
    await context.addInitScript(() => localStorage.setItem('view-dark-theme', JSON.stringify('auto')))
    const editor = new EditorPage(await context.newPage())
    await editor.page.goto(url)
    await editor.loaded()
    return editor
  }

  async reload(): Promise<void> {
    await this.page.reload()
    await this.loaded()
  }

  /** Opens the dialog of a node in the flow. */
  async edit(id: string): Promise<void> {
    await this.page.evaluate((nodeId) => {
      window.RED.editor.edit(window.RED.nodes.node(nodeId))
    }, id)
    await this.page.locator('.red-ui-tray .collector-form').waitFor()
    await this.settled()
  }

  async editConfig(id: string): Promise<void> {
    await this.page.evaluate((nodeId) => {
      window.RED.editor.editConfig('', 'collector-supervisor', nodeId)
    }, id)
    await this.page.locator('.red-ui-tray .collector-form').waitFor()
    await this.settled()
  }

  /** A tab within the dialog of a reader. */
  async tab(name: string): Promise<void> {
    // Node-RED takes two clicks within 400 ms on any tabs for a double click.
    const pane = this.page.locator(`.collector-pane[data-tab="${name}"]`)
    while (await pane.isHidden()) {
      await this.page.locator(`[id$="-tabs-${name}"].red-ui-tab`).click()
      await this.page.waitForTimeout(50)
    }
  }

  /** An input of the dialog. */
  input(property: string): Locator {
    return this.page.locator(`#node-input-${property}`)
  }

  /** The properties whose rows are to be seen in a tab, in their order. */
  async rowsIn(tab: string): Promise<string[]> {
    const inputs = this.page.locator(`.collector-pane[data-tab="${tab}"] [id^="node-input-"]:visible`)
    return inputs.evaluateAll((all) => all.map(({ id }) => id.replace('node-input-', '')))
  }

  /** The line below the tabs, once it says what is looked for. */
  async outlook(wanted: RegExp): Promise<string> {
    const line = this.page.locator('.collector-outlook', { hasText: wanted })
    await line.waitFor()
    return (await line.innerText()).trim()
  }

  /** Of every element of the dialog that has no elements in it, hidden ones included. */
  async dialogTexts(): Promise<string[]> {
    const elements = this.page.locator('.collector-form *')
    const texts = await elements.evaluateAll((all) =>
      all.map(({ children, textContent }) => (children.length > 0 ? '' : textContent)),
    )
    return texts.flatMap((text) => text?.trim() || [])
  }

  /** What the editor says about a node that is not valid. */
  validationErrors(id: string): Promise<string[]> {
    return this.page.evaluate((nodeId) => {
      const errors: unknown = window.RED.nodes.node(nodeId)?.validationErrors
      return Array.isArray(errors) ? errors.map(String) : []
    }, id)
  }

  /** Something has been changed that is not deployed. */
  async isDirty(): Promise<boolean> {
    const button = await this.page.locator('#red-ui-header-button-deploy').getAttribute('class')
    return !/disabled/.test(button ?? '')
  }

  async done(): Promise<void> {
    await this.page.locator('#node-dialog-ok, #node-config-dialog-ok').click()
    await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' })
  }

  async cancel(): Promise<void> {
    await this.page.locator('#node-dialog-cancel, #node-config-dialog-cancel').click()
    await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' })
  }

  async deploy(): Promise<void> {
    const posted = this.page.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url().endsWith('/flows'),
    )
    await this.page.locator('#red-ui-header-button-deploy').click()
    // It asks when a node is not valid.
    const confirm = this.page.locator('.red-ui-notification button.primary')
    await Promise.race([posted, confirm.click()])
    await posted
  }

  /** Drops a new node into the flow; it is selected then. */
  async dragFromPalette(type: string): Promise<void> {
    const entry = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`)
    await entry.scrollIntoViewIfNeeded()
    const before = await this.page.locator('.red-ui-flow-node-group').count()
    await entry.dragTo(this.page.locator('#red-ui-workspace-chart'), {
      // beside what is there, and in sight
      targetPosition: { x: 500, y: 60 * (before % 10) },
    })
    await this.page.waitForFunction(
      (count) => document.querySelectorAll('.red-ui-flow-node-group').length > count,
      before,
    )
  }

  async paste(text: string): Promise<void> {
    await this.page.evaluate((clip) => navigator.clipboard.writeText(clip), text)
    await this.page.keyboard.press('Control+V')
  }

  async shot(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true })
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) })
  }

  /**
   * What an action costs, in ms of CPU time of the page's main thread: time by the clock depends on what else the machine does.
   * The action has to wait until all that follows from it has happened.
   */
  async cost(action: () => Promise<void>): Promise<number> {
    const session = await this.page.context().newCDPSession(this.page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    const spentMs = async (): Promise<number> => {
      await this.page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      )
      const { metrics } = await session.send('Performance.getMetrics')
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
    }
    const beforeMs = await spentMs()
    await action()
    const costMs = (await spentMs()) - beforeMs
    await session.detach()
    return costMs
  }

  close(): Promise<void> {
    return this.page.context().close()
  }

  private async loaded(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').waitFor()
    await this.page.locator('.red-ui-palette-node[data-palette-type="modbus-in"]').waitFor({ state: 'attached' })
    await this.page.locator('.red-ui-flow-node-group').first().waitFor()
  }

  /** The tray has slid in, and Node-RED has put the focus into it: earlier, it would take the focus from the test. */
  private async settled(): Promise<void> {
    await this.page.waitForFunction(() => {
      const tray = document.querySelector('.red-ui-tray')?.getBoundingClientRect()
      const stack = document.querySelector('#red-ui-editor-stack')?.getBoundingClientRect()
      const hasFocus = document.querySelector('.red-ui-tray-body')?.contains(document.activeElement)
      return hasFocus && tray && stack && Math.abs(tray.right - stack.right) < 1
    })
  }
}

// The sidebar's tab with the processes, as a user meets it.

import type { Locator, Page } from 'playwright-core'
import type { EditorPage } from './editor-page'

export class SidebarPage {
  readonly page: Page
  readonly root: Locator

  private constructor(page: Page) {
    this.page = page
    this.root = page.locator('.collector-sidebar')
  }

  static async open({ page }: EditorPage): Promise<SidebarPage> {
    const sidebar = new SidebarPage(page)
    await page.evaluate(() => window.RED.actions.invoke('collectors:show-sidebar'))
    await sidebar.root.waitFor()
    return sidebar
  }

  process(name: string): Locator {
    return this.root.locator('.collector-process').filter({ has: this.page.getByText(name, { exact: true }) })
  }

  /** Waits until this is what stands beside the name. */
  async shows(name: string, state: RegExp): Promise<void> {
    await this.process(name).locator('.collector-process-state', { hasText: state }).waitFor()
  }

  /** With the keyboard: the first press asks, the second does it. */
  async press(name: string, action: 'Start' | 'Stop' | 'Restart'): Promise<void> {
    const process = this.process(name)
    const button = this.action(name, action)
    await button.focus()
    await button.press('Enter')
    await process.getByText(`${action}?`, { exact: true }).waitFor()
    await button.press('Enter')
  }

  action(name: string, action: 'Start' | 'Stop' | 'Restart'): Locator {
    return this.process(name).locator(`button[title^="${action} "]`)
  }

  async open(section: string): Promise<void> {
    await this.root.locator('.collector-section-title', { hasText: section }).click()
  }

  /** Taken out of Node-RED's layout, which is not ours: as wide as it is told, and seen whole. */
  async resize(width: number): Promise<void> {
    await this.root.evaluate((root, px) => {
      const holder = root.parentElement
      if (!holder) return
      holder.style.cssText = `display:block;position:fixed;right:0;top:0;bottom:0;width:${px}px;z-index:1000;background:var(--red-ui-secondary-background)`
    }, width)
  }

  /** What sticks out of it at the side. */
  overflowing(): Promise<string[]> {
    return this.root.evaluate((root) => {
      const { right } = root.getBoundingClientRect()
      return [...root.querySelectorAll('*')]
        .filter((part) => part.getBoundingClientRect().right > right + 1)
        .map(({ className }) => String(className))
    })
  }
}

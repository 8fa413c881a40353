// The tag table in an open dialog, as a user sees it.

import type { Locator, Page } from 'playwright-core'

export class TagTablePage {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  rows(): Locator {
    return this.#page.locator('.collector-tag')
  }

  /** Rows count from 0. */
  cell(row: number, column: string): Locator {
    return this.rows().nth(row).locator(`[data-column="${column}"]`)
  }

  /** How the address of the row is understood. */
  async reads(row: number): Promise<string> {
    return (await this.rows().nth(row).locator('.collector-tag-reads').textContent()) ?? ''
  }

  column(column: string): Promise<string[]> {
    const cells = this.#page.locator(`.collector-tag [data-column="${column}"]`)
    return cells.evaluateAll((inputs) => inputs.map((input) => ('value' in input ? String(input.value) : '')))
  }

  /** Waits until the footer says so: rows have been checked then. */
  async counts(tags: number, problems: number): Promise<void> {
    await this.#page.waitForFunction(
      ([tagText, problemText]) => {
        const count = document.querySelector('.collector-tags-count')?.textContent ?? ''
        const button = document.querySelector<HTMLElement>('.collector-tags-problems')
        const shown = button?.hidden ? '0' : (/\d+/.exec(button?.textContent ?? '')?.[0] ?? '')
        return /\d+/.exec(count)?.[0] === tagText && shown === problemText
      },
      [String(tags), String(problems)],
    )
  }

  async message(): Promise<string> {
    return (await this.#page.locator('.collector-tags-message').textContent()) ?? ''
  }

  button(row: number, action: 'duplicate' | 'remove'): Locator {
    return this.rows().nth(row).locator(`[data-action="${action}"]`)
  }

  /** As a user does: the list is there once the cell has the focus. */
  async choose(row: number, column: string, choice: string): Promise<void> {
    await this.cell(row, column).focus()
    await this.cell(row, column).selectOption(choice)
  }

  /** What there is to choose from in a cell. */
  async choices(row: number, column: string): Promise<string[]> {
    await this.cell(row, column).focus()
    const options = this.cell(row, column).locator('option')
    return options.evaluateAll((all) => all.map((option) => ('value' in option ? String(option.value) : '')))
  }

  /** Columns of the row that mean nothing there. */
  idle(row: number): Promise<(string | null)[]> {
    const cells = this.rows().nth(row).locator('.collector-idle')
    return cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('data-column')))
  }

  /** "<row> <column>" of the cell that has the focus. */
  focus(): Promise<string> {
    return this.#page.evaluate(() => {
      const { activeElement } = document
      const row = [...document.querySelectorAll('.collector-tag')].findIndex((found) => found.contains(activeElement))
      return `${row} ${activeElement?.getAttribute('data-column')}`
    })
  }

  /** By the mouse, slowly enough for the list to follow. */
  async drag(from: number, to: number): Promise<void> {
    const [handle, target] = await Promise.all(
      [from, to].map((row) => this.rows().nth(row).locator('.collector-tag-handle').boundingBox()),
    )
    if (!handle || !target) throw new Error('the row is not in sight')
    const { mouse } = this.#page
    await mouse.move(handle.x + 8, handle.y + 8)
    await mouse.down()
    await mouse.move(target.x + 8, target.y + 20, { steps: 10 })
    await mouse.move(target.x + 8, target.y - 4, { steps: 10 })
    await mouse.up()
  }

  add(): Promise<void> {
    return this.#page.locator('.collector-tags-footer button').first().click()
  }

  /** The button that opens the menu of columns. */
  columnsButton(): Locator {
    return this.#page.locator('.collector-columns > button')
  }

  columnsMenu(): Locator {
    return this.#page.locator('.collector-columns-menu')
  }

  /** By their names in English. */
  async tickColumns(...names: string[]): Promise<void> {
    await this.columnsButton().click()
    for (const name of names) await this.#page.locator('.collector-columns-choice', { hasText: name }).click()
    await this.columnsButton().press('Escape')
  }

  /** The columns that are to be seen, in their order. */
  shownColumns(): Promise<(string | null)[]> {
    const cells = this.#page.locator('.collector-tags-header > [data-column]:visible')
    return cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('data-column')))
  }
}

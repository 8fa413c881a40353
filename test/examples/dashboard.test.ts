// The dashboard example in a real browser: the table tells the truth, the buttons do what they say, and a hostile name
// stays a name.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { type Plant, startPlant } from '../../simulators/demo/plant'
import { SHOTS, startChromium } from '../support/browser'
import { NodeRed } from '../support/node-red'
import { until } from '../support/until'
import { installWithDashboard, readExample } from './example'

const HOSTILE = `<img src=x onerror="document.title='hacked'">{{ 6 * 7 }}`

describe('the dashboard example in a browser', function () {
  this.timeout(120_000)
  let browser: Browser | undefined
  let plant: Plant
  let nodeRed: NodeRed
  const complaints: string[] = []

  before(async function () {
    browser = await startChromium(this)
    plant = await startPlant({ boiler: 0, press: 0, 'pump-station': 0 })
    const flows = readExample('dashboard/01 - Process table', plant.ports)
    for (const node of flows) if (node.name === 'pump-station') node.name = HOSTILE
    const table = flows.find(({ name }) => name === 'all processes')
    const payload = JSON.stringify({ command: 'restart', name: HOSTILE.repeat(2) })
    const props = [{ p: 'payload' }]
    flows.push({ id: 'bad', type: 'inject', z: table?.z, props, payload, payloadType: 'json', wires: [[table?.id]] })
    nodeRed = await NodeRed.start({ flows, install: installWithDashboard })
    await nodeRed.rowWhen('boiler', (row) => row.tags.good === 5)
  })
  after(async () => {
    await browser?.close()
    await nodeRed?.dispose()
    await plant?.close()
  })
  afterEach(() => assert.deepEqual(complaints.splice(0), []))

  const open = async (width: number, height: number): Promise<Page> => {
    assert.ok(browser)
    const page = await browser.newPage({ viewport: { width, height } })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(nodeRed.url)) complaints.push(`asks ${request.url()}`)
    })
    await page.goto(`${nodeRed.url}/dashboard`)
    await page.locator('.cs-name', { hasText: 'boiler' }).waitFor()
    return page
  }
  const choose = async (page: Page, reader: string, tag: string): Promise<void> => {
    for (const [index, text] of [reader, tag].entries()) {
      await page.locator('.cs-trend-choice').nth(index).click()
      await page.locator('.v-overlay--active .v-list-item').getByText(text, { exact: true }).click()
    }
  }
  /** Of the curve of means. */
  const verticesOf = (page: Page): Promise<number> =>
    page
      .locator('.cs-trend-mean')
      .evaluateAll((paths) => paths.reduce((sum, path) => sum + (path.getAttribute('d')?.split('L').length ?? 0), 0))
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const rowOf = (page: Page, name: string) => page.locator('tbody tr', { hasText: name })

  it('shows every collector, a hostile name as a name, curves, and what happened', async () => {
    const page = await open(1400, 900)
    const { pid } = await nodeRed.row('boiler')
    await rowOf(page, 'boiler').getByText(String(pid), { exact: true }).waitFor()
    await rowOf(page, 'boiler').getByText('connected', { exact: true }).waitFor()
    // Four readers and the historian: all of them, well, not well, stopped. The mixer's server is not there.
    const tiles = page.locator('.cs-tile-value')
    await until(async () => (await tiles.allInnerTexts()).slice(0, 4).join() === '5,4,1,0', 30_000)
    await page.locator('.cs-name', { hasText: HOSTILE }).waitFor()
    await page.locator('.cs-event', { hasText: HOSTILE }).first().waitFor()
    assert.equal(await page.locator('.cs-processes img, .cs-events img, .cs-trend img, .cs-way img').count(), 0)
    assert.notEqual(await page.title(), 'hacked')
    await page.locator('.cs-trend-mean').first().waitFor({ state: 'attached' })
    await page.close()
  })

  it('has a trend that is filled at once after a page reload, and goes on live', async () => {
    const page = await open(1400, 1300)
    await choose(page, 'boiler', 'temperature')
    await until(async () => (await verticesOf(page)) >= 6, 40_000)
    await page.locator('.cs-trend-latest', { hasText: '°C' }).waitFor()
    // Nothing new can come: what is drawn after the reload is what the history has.
    await nodeRed.command('boiler/stop')
    await until(async () => {
      const { body } = await nodeRed.request('GET', '/collectors/processor')
      return Object(body).Plant.queue_pending === 0
    }, 20_000)
    await page.reload()
    const startedMs = performance.now()
    await page.locator('.cs-trend-mean').first().waitFor({ state: 'attached' })
    console.log(`      filled ${(performance.now() - startedMs).toFixed()} ms after the page had loaded`)
    const filled = await verticesOf(page)
    assert.ok(filled >= 6, `${filled} points`)
    assert.equal(await page.locator('.cs-trend-latest').count(), 0)

    await nodeRed.command('boiler/start')
    await page.locator('.cs-trend-latest', { hasText: '°C' }).waitFor()
    await until(async () => (await verticesOf(page)) > filled, 20_000)
    await page.locator('.cs-trend svg').hover({ position: { x: 700, y: 100 } })
    await page.screenshot({ path: join(SHOTS, 'trend.png') })
    await page.close()
  })

  it('has charts of CPU and memory, filled at once after a page reload', async () => {
    const page = await open(1400, 1800)
    await until(async () => (await curvesDrawn(page)) === 2, 20_000)
    // A curve needs more than what comes in these moments.
    await page.reload()
    await until(async () => (await curvesDrawn(page)) === 2, 20_000)
    await page.screenshot({ path: join(SHOTS, 'charts.png') })
    await page.close()
  })

  it('has a trend of any reader, tag and range', async () => {
    const page = await open(1400, 1300)
    for (const [reader, tag] of [
      ['boiler', 'burner'],
      [HOSTILE, 'flow'],
      ['press', 'strokes'],
    ] as const) {
      await choose(page, reader, tag)
      await page.locator('.cs-trend-mean').first().waitFor({ state: 'attached' })
      for (const range of ['1 h', '24 h', '7 d', '15 min']) {
        await page.locator('.cs-trend-ranges').getByText(range, { exact: true }).click()
        await page.locator('.cs-trend-mean').first().waitFor({ state: 'attached' })
      }
      assert.equal(await page.locator('.cs-trend-trouble').count(), 0)
    }
    assert.notEqual(await page.title(), 'hacked')
    await page.close()
  })

  it('says in words when the history cannot be read, and goes on by itself', async () => {
    const page = await open(1400, 1300)
    const trouble = page.locator('.cs-trend-trouble')
    await choose(page, 'boiler', 'temperature')
    const historian = (await nodeRed.rows()).find(({ type }) => type === 'historian') ?? assert.fail()
    await nodeRed.command(`${encodeURIComponent(historian.name)}/stop`)
    await page.reload()
    await trouble.filter({ hasText: 'The history cannot be read: the historian is not running' }).waitFor()
    await page.screenshot({ path: join(SHOTS, 'trend-trouble.png') })
    await nodeRed.command(`${encodeURIComponent(historian.name)}/start`)
    await trouble.waitFor({ state: 'detached' })
    await page.locator('.cs-trend-mean').first().waitFor({ state: 'attached' })
    await page.close()
  })

  it('shows how the samples get into the history', async () => {
    const page = await open(1400, 1300)
    const way = page.locator('.cs-way-one', { hasText: 'Plant' })
    await page.screenshot({ path: join(SHOTS, 'dashboard.png') })
    await way.getByText('writing', { exact: true }).waitFor()
    const written = way.locator('.cs-way-tile', { hasText: 'written today' }).locator('.cs-way-value')
    await until(async () => Number((await written.innerText()).replace(/\D/g, '')) > 20, 20_000)
    await page.close()
  })

  it('stops after a question, starts, and restarts, with only the sensible buttons enabled', async () => {
    const page = await open(1400, 900)
    assert.ok(await button(page, 'Start boiler').isDisabled())
    await button(page, 'Stop boiler').click()
    await page.getByText('Stop boiler?').waitFor()
    await button(page, 'Cancel').click()
    assert.equal((await nodeRed.row('boiler')).status, 'running')

    await button(page, 'Stop boiler').click()
    await button(page, 'Stop').click()
    await rowOf(page, 'boiler').getByText('stopped', { exact: true }).waitFor()
    assert.equal((await nodeRed.row('boiler')).status, 'stopped')
    assert.ok(await button(page, 'Stop boiler').isDisabled())
    assert.ok(await button(page, 'Restart boiler').isDisabled())
    await page.locator('.cs-event', { hasText: 'stopped' }).first().waitFor()

    await page.reload()
    await rowOf(page, 'boiler').getByText('stopped', { exact: true }).waitFor()
    await button(page, 'Start boiler').click()
    await rowOf(page, 'boiler').getByText('running', { exact: true }).waitFor()
    const { pid } = await nodeRed.row('boiler')

    await button(page, 'Restart boiler').click()
    await button(page, 'Restart').click()
    const again = await nodeRed.rowWhen('boiler', (row) => row.status === 'running' && row.pid !== pid)
    await rowOf(page, 'boiler').getByText(String(again.pid), { exact: true }).waitFor()
    await page.close()
  })

  it('obeys on a hostile name too', async () => {
    const page = await open(1400, 900)
    await button(page, `Stop ${HOSTILE}`).click()
    await page.getByText(`Stop ${HOSTILE}?`).waitFor()
    await button(page, 'Stop').click()
    await nodeRed.rowWhen(HOSTILE, (row) => row.status === 'stopped')
    await button(page, 'Start all').click()
    await nodeRed.rowWhen(HOSTILE, (row) => row.status === 'running')
    await page.close()
  })

  it('says what could not be done', async () => {
    const page = await open(1400, 900)
    await nodeRed.request('POST', '/inject/bad')
    const notice = page.locator('.nrdb-ui-notification')
    await notice.getByText(/^restart failed: .* there is no process/).waitFor()
    assert.equal(await notice.locator('img').count(), 0)
    assert.notEqual(await page.title(), 'hacked')
    await page.close()
  })

  it('fits on a phone', async () => {
    const page = await open(390, 844)
    await button(page, 'Restart boiler').waitFor()
    await page.locator('.cs-trend-mean').first().scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(SHOTS, 'trend-phone.png') })
    await page.screenshot({ path: join(SHOTS, 'dashboard-phone.png'), fullPage: true })
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
    await page.close()
  })
})

/** Charts with a curve: so many dots have the colour of the first one. */
function curvesDrawn(page: Page): Promise<number> {
  return page.locator('canvas').evaluateAll((all) => {
    const hasCurve = (canvas: Element): boolean => {
      if (!(canvas instanceof HTMLCanvasElement) || canvas.width === 0 || canvas.height === 0) return false
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
      let dots = 0
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] === 0x19 && data[at + 1] === 0x71 && data[at + 2] === 0xc2) dots += 1
      }
      return dots > 100
    }
    return all.filter(hasCurve).length
  })
}

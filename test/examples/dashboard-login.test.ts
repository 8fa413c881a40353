// The dashboard example where the editor has users: whoever opens the page sees values and trend, and cannot stop anything.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { type Plant, startPlant } from '../../simulators/demo/plant'
import { SHOTS, startChromium } from '../support/browser'
import { NodeRed, PACKAGE_ROOT } from '../support/node-red'
import { installWithDashboard, readExample } from './example'

const PASSWORD = 'only-for-this-test'

describe('the dashboard example under adminAuth', function () {
  this.timeout(120_000)
  let browser: Browser | undefined
  let plant: Plant
  let nodeRed: NodeRed

  before(async function () {
    browser = await startChromium(this)
    plant = await startPlant({ boiler: 0, press: 0, 'pump-station': 0 })
    const flows = readExample('dashboard/01 - Process table', plant.ports)
    const table = flows.find(({ name }) => name === 'all processes')
    // What a page that was tampered with would send.
    const command = { command: 'stop', name: 'boiler' }
    const stop = { id: 'stop', type: 'inject', z: table?.z, props: [{ p: 'payload' }], once: true, onceDelay: 5 }
    flows.push({ ...stop, payload: JSON.stringify(command), payloadType: 'json', wires: [[table?.id]] })
    const require = createRequire(join(PACKAGE_ROOT, 'node_modules', 'node-red', 'red.js'))
    const user = { username: 'admin', password: require('bcryptjs').hashSync(PASSWORD, 4), permissions: '*' }
    const settings = `adminAuth: { type: 'credentials', users: [${JSON.stringify(user)}] },`
    nodeRed = await NodeRed.start({ flows, settings, install: installWithDashboard })
  })
  after(async () => {
    await browser?.close()
    await nodeRed?.dispose()
    await plant?.close()
  })

  it('shows values and trend, has no buttons, and refuses a command in words', async () => {
    assert.ok(browser)
    assert.equal((await nodeRed.request('GET', '/collectors/processes')).status, 401)
    const page = await browser.newPage({ viewport: { width: 1400, height: 1300 } })
    await page.goto(`${nodeRed.url}/dashboard`)
    await page
      .locator('.v-snackbar, .nrdb-ui-notification')
      .filter({ hasText: 'may not start or stop' })
      .first()
      .waitFor()
    const boiler = page.locator('tbody tr', { hasText: 'boiler' })
    await boiler.getByText('running', { exact: true }).waitFor()
    await page.locator('.cs-trend-mean').first().waitFor({ state: 'attached' })
    assert.equal(await page.locator('.cs-trend-trouble').count(), 0)
    assert.equal(await page.getByRole('button', { name: /^(Start|Stop|Restart)/ }).count(), 0)
    await page.screenshot({ path: join(SHOTS, 'dashboard-login.png') })
    await page.close()
  })
})

// The sidebar in a real browser, of a real Node-RED with real readers: what it shows is so, and what it is told is done.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { type ProcessWatch, watchProcesses } from '../../lib/client/watch'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { OpcuaDevice } from '../../simulators/opcua/opcua-device'
import { SHOTS, startChromium } from '../support/browser'
import { flowOf, opcuaNode, readerNode, supervisorNode, TAB } from '../support/flows'
import { type FlowNode, freePort, NodeRed, PACKAGE_ROOT } from '../support/node-red'
import { processorStatus } from '../support/processor-status'
import { until } from '../support/until'
import { EditorPage, type Look } from './editor-page'
import { SidebarPage } from './sidebar-page'

const HOSTILE = `<img src=x onerror="document.title='hacked'">/..%`
const EDITOR = 'editorTheme: { tours: false, palette: { catalogues: [] } },'
const LOOKS: Record<string, Look> = {
  light: {},
  dark: { colorScheme: 'dark' },
  chinese: { locale: 'zh-CN' },
}

describe('The sidebar', function () {
  this.timeout(120_000)
  let browser: Browser | undefined
  let device: ModbusDevice
  let nodeRed: NodeRed
  let opened: EditorPage[] = []
  let watch: ProcessWatch | undefined
  const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
  let port: number

  const broadcast: FlowNode = { ...node('broadcast', 'status-broadcast'), interval: 0, wires: [['record'], []] }
  const flows = (): FlowNode[] =>
    flowOf(
      supervisorNode({ statsInterval: 1 }),
      { ...readerNode('boiler', device.port), y: 100 },
      { ...readerNode('10-press', device.port), y: 160 },
      { ...readerNode('9-press', device.port), y: 220 },
      { ...readerNode(HOSTILE, device.port), y: 280 },
      { ...readerNode('nobody', 1), y: 340 },
      broadcast,
    )
  const start = (settings = ''): Promise<NodeRed> =>
    NodeRed.start({ flows: flows(), settings: EDITOR + settings, userDir, port })
  const open = async (look: Look = {}, root = ''): Promise<SidebarPage> => {
    assert.ok(browser)
    const editor = await EditorPage.open(browser, `http://127.0.0.1:${port}${root}`, look)
    opened.push(editor)
    return SidebarPage.open(editor)
  }

  before(async function () {
    browser = await startChromium(this)
    device = await ModbusDevice.start()
    port = await freePort()
    nodeRed = await start()
    await nodeRed.rowWhen('boiler', ({ link }) => link === 'connected')
  })
  afterEach(async () => {
    watch?.close()
    await Promise.all(opened.map((editor) => editor.close()))
    opened = []
  })
  after(async () => {
    await browser?.close()
    await nodeRed?.dispose()
    await device?.close()
    rmSync(userDir, { recursive: true, force: true })
  })

  for (const [name, look] of Object.entries(LOOKS)) {
    it(`shows every process at every width, and says all in words (${name})`, async () => {
      const sidebar = await open({ ...look, height: 1000 })
      const { page } = sidebar
      await sidebar
        .process('nobody')
        .locator('.collector-process-problem', { hasText: /refuses/ })
        .waitFor()
      const names = await sidebar.root.locator('.collector-process-name').allInnerTexts()
      assert.deepEqual(names, [HOSTILE, '9-press', '10-press', 'boiler', 'nobody'])
      for (const more of await sidebar.root.locator('.collector-process-more').all()) await more.click()
      await sidebar.process('boiler').locator('.collector-fact-cpu path[d]').waitFor({ state: 'attached' })
      for (const width of [180, 320, 800]) {
        await sidebar.resize(width)
        assert.ok(await sidebar.process('boiler').locator('.collector-action').first().isVisible(), `${width} px`)
        assert.deepEqual(await sidebar.overflowing(), [], `${width} px`)
        await page.screenshot({ path: join(SHOTS, `sidebar-${name}-${width}.png`) })
      }
      const texts = await sidebar.root.innerText()
      assert.doesNotMatch(texts, /\b(status|link|fact|process|summary|queue|certificates)\.[a-z]/, 'a text is missing')
      if (name === 'chinese') assert.match(texts, /运行中/)
      assert.equal(await sidebar.root.locator('img').count(), 0)
      assert.notEqual(await page.title(), 'hacked')
      assert.deepEqual(opened[0]?.complaints, [])
    })
  }

  it('stops a reader and starts it again: table, flow and another program see it', async () => {
    const [sidebar, other] = [await open(), await open()]
    watch = watchProcesses({ url: nodeRed.url })
    await sidebar.shows('boiler', /running · connected/)
    const inFlow = nodeRed.recordedWhen('processes', ({ payload }) => statusIn(payload, 'boiler') === 'stopped')
    await sidebar.press('boiler', 'Stop')
    await sidebar.shows('boiler', /^stopped$/)
    await other.shows('boiler', /^stopped$/)
    await inFlow
    await until(() => watch?.row('boiler')?.status === 'stopped', 10_000)
    assert.equal((await nodeRed.row('boiler')).status, 'stopped')

    await opened[0]?.reload()
    const again = await SidebarPage.open(opened[0] ?? assert.fail())
    await again.shows('boiler', /^stopped$/)
    await again.press('boiler', 'Start')
    await again.shows('boiler', /running · connected/)
    await other.shows('boiler', /running · connected/)
    await until(() => watch?.row('boiler')?.link === 'connected', 10_000)
  })

  it('asks before it acts, and forgets the question', async () => {
    const sidebar = await open()
    const stop = sidebar.action('boiler', 'Stop')
    await stop.click()
    await sidebar.root.getByText('Stop?', { exact: true }).waitFor()
    await stop.press('Escape')
    await sidebar.root.getByText('Stop?', { exact: true }).waitFor({ state: 'detached' })
    await stop.click()
    await sidebar.process('boiler').locator('.collector-process-more').focus()
    await sidebar.root.getByText('Stop?', { exact: true }).waitFor({ state: 'detached' })
    assert.equal((await nodeRed.row('boiler')).status, 'running')
  })

  it('shows the node of a process on the canvas, and its log beside it', async () => {
    const sidebar = await open()
    const { page } = sidebar
    await sidebar.process('9-press').locator('.collector-process-name').click()
    await page.locator('.red-ui-flow-node-highlighted, .red-ui-flow-node-group.highlighted').first().waitFor()
    await sidebar.process('nobody').locator('.collector-process-more').click()
    await sidebar.process('nobody').getByText('Log', { exact: true }).click()
    await sidebar.root.getByText('Log of nobody').waitFor()
    await sidebar.root.locator('.collector-log').first().waitFor()
    await sidebar.root.getByText('Back').click()
    await sidebar.shows('boiler', /running/)
  })

  it('shows the certificate of a server that nobody trusts, and trusts it', async () => {
    const server = await OpcuaDevice.start()
    try {
      const tags = [{ name: 'value', address: 'i=2258' }]
      const secure = { securityMode: 'signAndEncrypt', tags, y: 400 }
      await nodeRed.deploy([...flows(), { ...opcuaNode('mixer', server.endpoint, secure) }])
      const sidebar = await open({ height: 1000 })
      const problem = sidebar.process('mixer').locator('.collector-process-problem', { hasText: /SHA-256/ })
      await problem.waitFor()
      const fingerprint = /SHA-256 ([0-9a-f]{64})/.exec(await problem.innerText())?.[1]
      await sidebar.root.locator('.collector-section-badge', { hasText: '1' }).waitFor()
      await sidebar.open('OPC UA certificates')
      const shown = sidebar.root.locator('.collector-letter').filter({ has: sidebar.page.locator('[title^="Trust "]') })
      assert.equal((await shown.locator('.collector-fingerprint').innerText()).replace(/^SHA-256|\s/g, ''), fingerprint)
      await sidebar.page.screenshot({ path: join(SHOTS, 'sidebar-certificate.png') })
      await shown.locator('[title^="Trust "]').click()
      await sidebar.root.getByText('Trust?', { exact: true }).click()
      await sidebar.shows('mixer', /running · connected/)
      await sidebar.root.locator('.collector-letter [title*="no more"]').waitFor()
    } finally {
      await nodeRed.deploy(flows())
      await server.close()
    }
  })

  it('shows what the database refused, and lets it be tried again', async () => {
    const sidebar = await open({ height: 1000 })
    const { page } = sidebar
    const letter = { supervisor: 'plant', id: 7, collector: HOSTILE, time: '2026-01-02T03:04:05.000Z', samples: 12 }
    const asked: unknown[] = []
    await page.route('**/collectors/dead-letters**', async (route) => {
      const isList = route.request().method() === 'GET'
      if (!isList) asked.push([new URL(route.request().url()).pathname, route.request().postDataJSON()])
      const letters = asked.length > 0 ? [] : [{ ...letter, reason: 'field type conflict' }]
      await route.fulfill({ json: isList ? letters : { message: 'done', count: 1 } })
    })
    // Only what it is told can be made up; who tells it is the real server's business.
    await page.routeWebSocket('**/collectors/ws/processor-status', (socket) => {
      const status = processorStatus({ queue_dead: 12, queue_pending: 1_234_567 })
      socket.send(JSON.stringify({ type: 'processor_status', seq: 0, timestamp: '-', data: { plant: status } }))
    })
    await opened[0]?.reload()
    const again = await SidebarPage.open(opened[0] ?? assert.fail())
    await again.root.locator('.collector-section-badge', { hasText: '12' }).waitFor()
    await again.open('Into the database')
    await again.root.getByText('field type conflict').waitFor()
    await again.root.getByText(/values: 12$/).waitFor()
    await again.root.getByText('1\u202f234\u202f567').waitFor()
    assert.equal(await again.root.locator('img').count(), 0)
    await again.root.locator('[title="Try again"]').click()
    await again.root.getByText('Try again?', { exact: true }).click()
    await again.root.getByText('field type conflict').waitFor({ state: 'detached' })
    assert.deepEqual(asked, [['/collectors/dead-letters/requeue', { supervisor: 'plant', ids: [7] }]])
  })

  it('says that Node-RED is gone, and shows the truth when it is back', async () => {
    const sidebar = await open()
    watch = watchProcesses({ url: nodeRed.url })
    await sidebar.shows('boiler', /running · connected/)
    const { pid } = await nodeRed.row('boiler')
    await nodeRed.stop()
    await sidebar.root.getByText(/Connecting to Node-RED|cannot be reached/).waitFor()
    assert.match((await sidebar.root.getAttribute('class')) ?? '', /collector-sidebar-old/)
    nodeRed = await start()
    await sidebar.root.locator('.collector-connection:empty').waitFor({ state: 'attached', timeout: 60_000 })
    await sidebar.process('boiler').locator('.collector-process-more').click()
    const row = await nodeRed.rowWhen('boiler', ({ link }) => link === 'connected')
    assert.notEqual(row.pid, pid)
    await sidebar
      .process('boiler')
      .locator('.collector-fact-pid', { hasText: String(row.pid) })
      .waitFor()
    await until(() => watch?.state === 'connected' && watch.row('boiler')?.pid === row.pid, 60_000)
  })

  it('shows a user who may only read no buttons, lets one who may act do so, and finds its server below a path', async () => {
    await nodeRed.stop()
    const { hashSync } = createRequire(join(PACKAGE_ROOT, 'node_modules', 'node-red', 'red.js'))('bcryptjs')
    const user = `{ username: 'boss', password: ${JSON.stringify(hashSync('right', 4))}, permissions: '*' }`
    const guarded = `adminAuth: { type: 'credentials', users: [${user}], default: { permissions: 'read' } },`
    nodeRed = await start(`${guarded} httpAdminRoot: '/red/admin',`)
    const sidebar = await open({}, '/red/admin')
    await sidebar.shows('boiler', /running · connected/)
    assert.equal(await sidebar.root.locator('.collector-action').count(), 0)

    const { page } = sidebar
    const answer = await page.evaluate(async () => {
      const body = new URLSearchParams({
        client_id: 'node-red-editor',
        grant_type: 'password',
        scope: '',
        username: 'boss',
        password: 'right',
      })
      const response = await fetch('auth/token', { method: 'POST', body })
      window.RED.settings.set('auth-tokens', await response.json())
      return response.status
    })
    assert.equal(answer, 200)
    await opened[0]?.reload()
    const allowed = await SidebarPage.open(opened[0] ?? assert.fail())
    await allowed.shows('boiler', /running · connected/)
    watch = watchProcesses({ url: `http://127.0.0.1:${port}/red/admin` })
    const generation = (): number => watch?.row('boiler')?.generation ?? Infinity
    await until(() => generation() < Infinity, 20_000)
    const before = generation()
    await allowed.press('boiler', 'Restart')
    await until(() => generation() > before && generation() < Infinity, 20_000)
  })
})

function node(id: string, type: string): FlowNode {
  return { id, type, z: TAB, x: 400, y: 160, name: '', supervisor: '' }
}

function statusIn(payload: unknown, name: string): unknown {
  const rows: unknown[] = Array.isArray(payload) ? payload : []
  return rows.map((row) => Object(row)).find((row) => row.name === name)?.status
}

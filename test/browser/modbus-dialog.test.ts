import assert from 'node:assert/strict'
import { placeholder } from '../support/placeholder'
import { inEveryNodeRed } from './suite'

const NETWORK = ['transport', 'host', 'port', 'unitId', 'timeout', 'maxRegisters', 'maxGap']
/** The speed is that of the line behind the converter. */
const OVER_TCP = ['transport', 'host', 'port', 'baudRate', ...NETWORK.slice(3)]
const SERIAL = [
  ...['transport', 'serialPort', 'baudRate', 'dataBits', 'parity', 'stopBits', 'unitId', 'timeout'],
  ...['maxRegisters', 'maxGap'],
]

/** Folded away until one of them has something else than its default. */
const PECULIAR = [
  ...['retries', 'connectDelay', 'requestDelay', 'closeAfterCycle', 'grouping', 'transactionId', 'answerUnit'],
]

inEveryNodeRed('The dialog of modbus in', ({ version, deployed, open }) => {
  it('shows the rows of the transport that is chosen, and what it is for', async () => {
    const { editor } = await open()
    await editor.edit('reader')
    await editor.tab('device')
    assert.deepEqual(await editor.rowsIn('device'), NETWORK)
    const explanation = editor.page.locator('[data-explains="node-input-transport"]')
    const texts = new Set<string | null>()
    for (const transport of ['udp', 'rtu-over-tcp', 'tcp']) {
      await editor.input('transport').selectOption(transport)
      assert.deepEqual(await editor.rowsIn('device'), transport === 'rtu-over-tcp' ? OVER_TCP : NETWORK, transport)
      texts.add(await explanation.textContent())
    }
    await editor.input('transport').selectOption('ascii-over-tcp')
    assert.deepEqual(await editor.rowsIn('device'), OVER_TCP)
    texts.add(await explanation.textContent())
    await editor.input('transport').selectOption('ascii')
    assert.deepEqual(await editor.rowsIn('device'), SERIAL)
    texts.add(await explanation.textContent())
    await editor.input('transport').selectOption('rtu')
    assert.deepEqual(await editor.rowsIn('device'), SERIAL)
    const text = await explanation.textContent()
    texts.add(text)
    assert.match(text ?? '', /npm install serialport.*sandbox/)
    assert.equal(texts.size, 6)
    await editor.shot(`${version}-serial`)
    assert.deepEqual(editor.complaints, [])
  })

  it('has what peculiar devices need folded away, and shows what of it belongs to the transport', async () => {
    const { editor } = await open()
    await editor.edit('reader')
    await editor.tab('device')
    assert.deepEqual(await editor.rowsIn('device'), NETWORK)
    const fold = editor.page.locator('.collector-fold > summary')
    await fold.focus()
    await fold.press('Enter')
    assert.deepEqual(await editor.rowsIn('device'), [...NETWORK, ...PECULIAR])
    await editor.shot(`${version}-peculiar`)
    for (const property of ['grouping', 'transactionId', 'answerUnit']) {
      const explanation = editor.page.locator(`[data-explains="node-input-${property}"]`)
      const options = await editor.input(property).locator('option').all()
      const texts = new Set<string | null>()
      for (const option of options) {
        await editor.input(property).selectOption(await option.getAttribute('value'))
        texts.add(await explanation.textContent())
      }
      assert.equal(texts.size, 2, property)
      for (const text of texts) assert.match(text ?? '', /^.{20,}\.$/)
    }
    const withoutGaps = NETWORK.filter((property) => property !== 'maxGap')
    assert.deepEqual(await editor.rowsIn('device'), [...withoutGaps, ...PECULIAR])
    await editor.input('transport').selectOption('rtu')
    assert.equal(await editor.input('transactionId').isVisible(), false)
    assert.equal(await editor.input('answerUnit').isVisible(), true)
    assert.deepEqual(editor.complaints, [])
  })

  it('stores what is set for a peculiar device, and shows it at once when it opens again', async () => {
    const { editor } = await open()
    await editor.edit('gateway')
    await editor.tab('device')
    // an older flow has none of them
    const shown = await Promise.all(PECULIAR.map((property) => editor.input(property).inputValue()))
    assert.deepEqual(shown, ['1', '0', '0', 'on', 'blocks', 'check', 'check'])
    assert.equal(await editor.input('closeAfterCycle').isChecked(), false)
    await editor.page.locator('.collector-fold > summary').click()
    await editor.input('connectDelay').fill('70000')
    await editor.input('connectDelay').press('Tab')
    await editor.page.locator('#node-input-connectDelay.input-error').waitFor()
    await editor.input('connectDelay').fill('700')
    await editor.input('closeAfterCycle').check()
    await editor.input('transactionId').selectOption('ignore')
    await editor.input('retries').fill('0')
    await editor.done()
    assert.deepEqual(await editor.validationErrors('gateway'), [])
    await editor.deploy()
    const saved = deployed('gateway')
    assert.deepEqual(
      [saved?.connectDelay, saved?.closeAfterCycle, saved?.transactionId, saved?.answerUnit, saved?.retries].map(
        String,
      ),
      ['700', 'true', 'ignore', 'check', '0'],
    )
    await editor.edit('gateway')
    await editor.tab('device')
    assert.equal(await editor.input('connectDelay').isVisible(), true)
    assert.equal(await editor.input('closeAfterCycle').isChecked(), true)
  })

  it('asks for the target of the transport that is chosen, while it is open and afterwards', async () => {
    const { editor } = await open()
    await editor.edit('reader')
    await editor.tab('device')
    await editor.input('transport').selectOption('rtu')
    await editor.page.locator('#node-input-serialPort.input-error').waitFor()
    await editor.input('host').evaluate((input) => {
      if (input instanceof HTMLInputElement) input.value = ''
    })
    await editor.input('serialPort').fill('/dev/ttyS0')
    await editor.input('serialPort').press('Tab')
    await editor.page.locator('#node-input-serialPort:not(.input-error)').waitFor()
    assert.equal(await editor.page.locator('#node-input-host.input-error').count(), 0)
    await editor.input('transport').selectOption('udp')
    await editor.page.locator('#node-input-host.input-error').waitFor()
    await editor.done()
    assert.deepEqual(await editor.validationErrors('reader'), ['Host: must not be empty'])
    await editor.edit('reader')
    assert.equal(await editor.input('host').isVisible(), true, 'opens where something is missing')
    await editor.input('transport').selectOption('rtu')
    await editor.done()
    assert.deepEqual(await editor.validationErrors('reader'), [])
  })

  it('offers usual speeds and takes any, and keeps what is no choice', async () => {
    const { editor } = await open()
    await editor.edit('serial')
    await editor.tab('device')
    assert.equal(await editor.input('baudRate').inputValue(), '19200')
    assert.equal(await editor.input('dataBits').inputValue(), placeholder('BITS'))
    assert.equal(await editor.input('stopBits').inputValue(), '1')
    await editor.page.locator('.collector-usual button', { hasText: /^57600$/ }).click()
    assert.equal(await editor.input('baudRate').inputValue(), '57600')
    await editor.input('stopBits').selectOption('2')
    await editor.done()
    await editor.deploy()
    const saved = deployed('serial')
    assert.deepEqual([saved?.baudRate, saved?.dataBits, saved?.stopBits, saved?.parity].map(String), [
      '57600',
      placeholder('BITS'),
      '2',
      'even',
    ])
    await editor.edit('serial')
    await editor.tab('device')
    await editor.input('baudRate').fill('250000')
    await editor.done()
    assert.deepEqual(await editor.validationErrors('serial'), [])
  })

  it('shows the rows of every transport where the environment will choose it', async () => {
    const { editor } = await open()
    await editor.edit('serial')
    await editor.tab('device')
    await editor.input('transport').evaluate((select, chosen) => {
      if (!(select instanceof HTMLSelectElement)) return
      select.add(new Option(chosen, chosen))
      select.value = chosen
      select.dispatchEvent(new Event('change', { bubbles: true }))
    }, placeholder('TRANSPORT'))
    assert.deepEqual(await editor.rowsIn('device'), ['transport', 'host', 'port', ...SERIAL.slice(1)])
    assert.equal(await editor.page.locator('[data-explains="node-input-transport"]').textContent(), '')
    await editor.done()
    assert.deepEqual(await editor.validationErrors('serial'), [])
  })

  it('calls a reader without a name by its serial port', async () => {
    const { editor } = await open()
    await editor.edit('serial')
    await editor.input('name').fill('')
    await editor.done()
    await editor.page.locator('.red-ui-flow-node-label', { hasText: '/dev/ttyUSB0' }).first().waitFor()
  })

  it('says what a cycle asks of the device and how long it takes, as it stands and not as it is stored', async () => {
    const { editor, table } = await open()
    await editor.edit('slow')
    const first = await editor.outlook(/4 requests/)
    assert.match(first, /about [\d.]+ ms a cycle/)
    await table.cell(3, 'name').press('Control+Delete')
    await editor.outlook(/3 requests/)
    await table.cell(2, 'address').fill('holding:1')
    await editor.outlook(/2 requests/)
    await table.cell(1, 'address').fill('nonsense')
    await editor.outlook(/1 request ·/)
    await table.cell(1, 'address').fill('holding:20')
    await editor.tab('device')
    await editor.input('maxGap').fill('40')
    await editor.outlook(/1 request ·/)
    await editor.input('maxGap').fill('x')
    await editor.outlook(/2 requests/)
    await editor.tab('tags')
    await table.choose(0, 'type', 'float64')
    await editor.tab('device')
    await editor.input('maxRegisters').fill('3')
    const tooFew = await editor.outlook(/At most/)
    assert.equal(tooFew, 'At most: must be at least 4: tag "meter_0" is float64')
    await editor.cancel()
    await editor.edit('empty')
    assert.equal((await editor.page.locator('.collector-outlook').innerText()).trim(), '')
    assert.deepEqual(editor.complaints, [])
  })

  for (const [locale, texts] of Object.entries({
    'en-US': {
      requests: /4 requests/,
      warning: /Longer than the interval of 100 ms: cycles will be skipped/,
      baud: /19200 baud|115200 baud/,
    },
    'zh-CN': { requests: /4 个请求/, warning: /超过采集周期 100 毫秒，部分周期将被跳过/, baud: /波特率设为/ },
  })) {
    it(`warns of a cycle that is longer than its interval, and says what helps (${locale})`, async () => {
      const { editor } = await open({ locale })
      await editor.edit('slow')
      await editor.tab('device')
      await editor.input('baudRate').fill('1200')
      const warned = await editor.outlook(texts.warning)
      assert.match(warned, texts.requests)
      assert.match(warned, texts.baud)
      await editor.shot(`${version}-${locale}-warned`)
      await editor.tab('reading')
      await editor.input('interval').fill('60000')
      const warning = editor.page.locator('.collector-outlook-warning')
      await editor.page.waitForFunction(() => document.querySelector('.collector-outlook-warning')?.textContent === '')
      assert.equal(await warning.textContent(), '')
      assert.deepEqual(editor.complaints, [])
    })
  }
})

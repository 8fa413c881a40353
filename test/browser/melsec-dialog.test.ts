import assert from 'node:assert/strict'
import { placeholder } from '../support/placeholder'
import { inEveryNodeRed } from './suite'

const ROWS = ['series', 'frame', 'encoding', 'transport', 'host', 'port', 'timeout']
const ROUTE = ['network', 'pc', 'moduleIo', 'station', 'monitoringTimer']
const ROUTE_1E = ['pc', 'monitoringTimer']

inEveryNodeRed('The dialog of melsec in', ({ version, deployed, open }) => {
  it('shows what the frame has, and explains every choice', async () => {
    const { editor } = await open({ width: 1280 })
    await editor.edit('plc')
    await editor.tab('device')
    assert.deepEqual(await editor.rowsIn('device'), [...ROWS, ...ROUTE])
    await editor.shot(`${version}-melsec-device`)
    await editor.input('monitoringTimer').scrollIntoViewIfNeeded()
    await editor.shot(`${version}-melsec-route`)
    for (const [property, choices] of Object.entries({
      series: ['q', 'l', 'iqr', 'fx5', 'fx3', 'a'],
      frame: ['3E', '4E', '1E'],
      encoding: ['ascii', 'binary'],
      transport: ['udp', 'tcp'],
    })) {
      const explanation = editor.page.locator(`[data-explains="node-input-${property}"]`)
      const texts = new Set<string | null>()
      for (const choice of choices) {
        await editor.input(property).selectOption(choice)
        texts.add(await explanation.textContent())
      }
      assert.equal(texts.size, choices.length, property)
      for (const text of texts) assert.match(text ?? '', /^.{20,}\.$/)
    }
    assert.deepEqual(await editor.rowsIn('device'), [...ROWS, ...ROUTE_1E])
    assert.deepEqual(editor.complaints, [])
  })

  it('has what peculiar PLCs need folded away: random read, and over UDP the port of this computer', async () => {
    const { editor } = await open({ width: 1280 })
    await editor.edit('spare')
    await editor.tab('device')
    assert.equal(await editor.input('randomRead').isVisible(), false)
    assert.equal(await editor.input('randomRead').isChecked(), true, 'an older flow does not have it')
    assert.equal(await editor.input('localPort').inputValue(), '0')
    await editor.page.locator('.collector-fold > summary').click()
    assert.deepEqual((await editor.rowsIn('device')).slice(-1), ['randomRead'])
    await editor.input('transport').selectOption('udp')
    assert.deepEqual((await editor.rowsIn('device')).slice(-2), ['randomRead', 'localPort'])
    await editor.input('localPort').fill('65536')
    await editor.input('localPort').press('Tab')
    await editor.page.locator('#node-input-localPort.input-error').waitFor()
    await editor.input('localPort').fill('5555')
    await editor.input('randomRead').uncheck()
    await editor.shot(`${version}-melsec-peculiar`)
    await editor.done()
    assert.deepEqual(await editor.validationErrors('spare'), [])
    await editor.deploy()
    assert.deepEqual([deployed('spare')?.localPort, deployed('spare')?.randomRead].map(String), ['5555', 'false'])
    await editor.edit('spare')
    await editor.tab('device')
    assert.equal(await editor.input('localPort').isVisible(), true)
    assert.deepEqual(editor.complaints, [])
  })

  it('says which device, in its own base and in decimal, each row reads', async () => {
    const { editor, table } = await open({ width: 1280 })
    await editor.edit('plc')
    await table.counts(6, 0)
    assert.deepEqual(await Promise.all([0, 1, 2, 3, 4, 5].map((row) => table.reads(row))), [
      'D100–D101',
      'D110.F',
      'X10 = 16 (hex) · word 1 bit 0',
      'W0FF–W100 = 255–256 (hex)',
      'TN5',
      'ZR2000–ZR2009',
    ])
    await editor.shot(`${version}-melsec-tags`)
    await table.cell(2, 'address').press('Enter')
    assert.equal(await table.cell(3, 'address').inputValue(), 'X11')
    await table.cell(1, 'address').press('Enter')
    assert.equal(await table.cell(2, 'address').inputValue(), 'D111.0')
    await editor.done()
    await editor.edit('fx')
    await table.counts(1, 0)
    assert.equal(await table.reads(0), 'X7 = 7 (octal) · word 0 bit 7')
    await table.cell(0, 'address').press('Enter')
    assert.equal(await table.cell(1, 'address').inputValue(), 'X10')
    assert.equal(await table.reads(1), 'X10 = 8 (octal) · word 0 bit 8')
    assert.deepEqual(editor.complaints, [])
  })

  it('looks at every address anew when the series changes, before anything is stored', async () => {
    const { editor, table } = await open({ width: 1280 })
    await editor.edit('plc')
    await table.counts(6, 0)
    await editor.tab('device')
    await editor.input('series').selectOption('fx3')
    await editor.page.locator('#node-input-frame.input-error').waitFor()
    await editor.outlook(/Frame: MELSEC-FX3 does not speak 3E: choose 1E/)
    await editor.shot(`${version}-melsec-frame-refused`)
    await editor.input('frame').selectOption('1E')
    await editor.page.locator('#node-input-frame:not(.input-error)').waitFor()
    await editor.outlook(/request/)
    await editor.tab('tags')
    await table.counts(6, 2)
    assert.equal(await table.reads(2), 'X10 = 8 (octal) · word 0 bit 8')
    await table.cell(3, 'address').focus()
    assert.match(await table.message(), /^"W0FF": MELSEC-FX3 has no W \(link register\); it has X, Y, M,/)
    await table.cell(5, 'address').focus()
    assert.match(await table.message(), /^"ZR2000": MELSEC-FX3 has no ZR \(file register\)/)
    await editor.shot(`${version}-melsec-refused`)
    await table.cell(2, 'address').fill('X18')
    await table.counts(6, 3)
    assert.match(await table.message(), /octal with MELSEC-FX3.*X7 is followed by X10/)
    await table.cell(2, 'name').fill('')
    await table.counts(6, 4)
    await editor.tab('device')
    await editor.input('series').selectOption('q')
    await editor.input('frame').selectOption('3E')
    await editor.tab('tags')
    await table.counts(6, 1)
    await table.cell(2, 'name').fill('guard')
    await table.counts(6, 0)
    await editor.done()
    assert.deepEqual(await editor.validationErrors('plc'), [])
    assert.deepEqual(editor.complaints, [])
  })

  it('refuses what the frame or the type cannot do, also in a node that is closed', async () => {
    const { editor, table } = await open()
    await editor.edit('plc')
    await table.counts(6, 0)
    await table.cell(0, 'address').fill('D100.3')
    await table.counts(6, 1)
    assert.equal(
      await table.cell(0, 'type').getAttribute('title'),
      'D100.3 is one bit: choose bool instead of float32, or leave out the bit',
    )
    await table.cell(0, 'address').fill('D100')
    await editor.tab('device')
    await editor.input('frame').selectOption('1E')
    await editor.tab('tags')
    await table.counts(6, 1)
    assert.match((await table.cell(5, 'address').getAttribute('title')) ?? '', /cannot be read with 1E frames/)
    await editor.tab('device')
    await editor.input('host').fill(' ')
    await editor.input('host').press('Tab')
    await editor.page.locator('#node-input-host.input-error').waitFor()
    await editor.done()
    const errors = await editor.validationErrors('plc')
    assert.deepEqual(
      errors.filter((text) => text.startsWith('Host')),
      ['Host: must not be empty'],
    )
    assert.match(
      errors.join('\n'),
      /Tags: tag 6, Address: "ZR2000": ZR \(file register\) cannot be read with 1E frames/,
    )
  })

  it('leaves addresses alone where the environment says which PLC it is', async () => {
    const { editor, table } = await open()
    await editor.edit('open')
    await table.counts(1, 0)
    assert.equal(await editor.input('series').inputValue(), placeholder('SERIES'))
    await table.cell(0, 'address').fill('nonsense')
    await table.counts(1, 0)
    assert.equal(await table.reads(0), '')
    await editor.done()
    assert.deepEqual(await editor.validationErrors('open'), [])
    assert.deepEqual(editor.complaints, [])
  })

  it('takes 1000 rows of a spreadsheet, and looks at all of them when the series changes', async () => {
    const { editor, table } = await open()
    await editor.edit('fx')
    await table.counts(1, 0)
    const rows = Array.from({ length: 1000 }, (_none, index) => `tag ${index}\tD${2 * index}\tFLOAT32`)
    await table.cell(0, 'name').focus()
    const pasteMs = await editor.cost(async () => {
      await editor.paste(rows.join('\r\n'))
      await table.counts(1000, 0)
    })
    await table.cell(500, 'name').focus()
    const keyMs = await editor.cost(async () => {
      await editor.page.keyboard.press('x')
      await table.counts(1000, 0)
    })
    await editor.tab('device')
    await editor.input('frame').selectOption('1E')
    const changeMs = await editor.cost(async () => {
      await editor.input('series').selectOption('a')
      await table.counts(1000, 0)
    })
    // What it costs is for people to read: a busy machine must not fail a test.
    console.log(`      paste ${pasteMs.toFixed()} ms, key ${keyMs.toFixed()} ms, series ${changeMs.toFixed()} ms`)
    assert.deepEqual(editor.complaints, [])
  })

  it('takes numbers of the route in hexadecimal, and offers those of other CPUs', async () => {
    const { editor } = await open()
    await editor.edit('plc')
    await editor.tab('device')
    await editor.page.locator('.collector-usual button', { hasText: /^0x3E1$/ }).click()
    assert.equal(await editor.input('moduleIo').inputValue(), '0x3E1')
    await editor.input('port').fill('0x1388')
    await editor.input('network').fill('255')
    await editor.input('network').press('Tab')
    await editor.page.locator('#node-input-network.input-error').waitFor()
    await editor.input('network').fill('2')
    await editor.done()
    assert.deepEqual(await editor.validationErrors('plc'), [])
    await editor.deploy()
    assert.deepEqual(
      [deployed('plc')?.moduleIo, deployed('plc')?.port, deployed('plc')?.network],
      ['0x3E1', '0x1388', '2'],
    )
  })

  for (const [locale, texts] of Object.entries({
    'en-US': { requests: /8 requests/, warning: /Longer than the interval of 50 ms.*3E frames in PLC and node/ },
    'zh-CN': { requests: /8 个请求/, warning: /超过采集周期 50 毫秒.*改用 3E 帧/ },
  })) {
    it(`says what a cycle asks of the PLC, and what helps when that is too long (${locale})`, async () => {
      const { editor } = await open({ locale, width: 1280 })
      await editor.edit('far')
      const warned = await editor.outlook(texts.warning)
      assert.match(warned, texts.requests)
      await editor.tab('device')
      await editor.shot(`${version}-${locale}-melsec-warned`)
      await editor.input('frame').selectOption('3E')
      await editor.page.waitForFunction(() => document.querySelector('.collector-outlook-warning')?.textContent === '')
      assert.deepEqual(editor.complaints, [])
    })
  }

  it('speaks Chinese, at any width', async () => {
    const { editor, table } = await open({ locale: 'zh-CN', width: 900 })
    await editor.edit('plc')
    await table.counts(6, 0)
    assert.equal(await table.reads(2), 'X10 = 16（十六进制），第 1 字第 0 位')
    await table.cell(0, 'address').fill('T5')
    await table.counts(6, 1)
    assert.match(await table.message(), /没有指明读取内容：请写 TN（当前值）、TS（触点）或 TC（线圈）/)
    await editor.shot(`${version}-melsec-zh-tags`)
    await editor.tab('device')
    await editor.shot(`${version}-melsec-zh-device`)
    const english = (await editor.dialogTexts()).filter((text) => /^[A-Za-z ]{9,}$/.test(text))
    assert.deepEqual(english, [])
    await editor.cancel()
    await editor.edit('fx')
    await editor.tab('device')
    await editor.input('frame').selectOption('3E')
    await editor.outlook(/帧: MELSEC-FX3 不支持 3E 帧：请选择 1E 帧/)
    assert.deepEqual(editor.complaints, [])
  })

  it('names new readers, and calls one without a name by its host', async () => {
    const { editor } = await open()
    await editor.dragFromPalette('melsec-in')
    await editor.page.locator('.red-ui-flow-node-label', { hasText: 'plc-1' }).first().waitFor()
    await editor.edit('plc')
    await editor.input('name').fill('')
    await editor.done()
    await editor.page.locator('.red-ui-flow-node-label', { hasText: '192.168.3.39' }).first().waitFor()
    await editor.shot(`${version}-melsec-flow`)
    assert.deepEqual(editor.complaints, [])
  })
})

import assert from 'node:assert/strict'
import { placeholder } from '../support/placeholder'
import type { Look } from './editor-page'
import { PLC_TAGS, TAGS } from './flow'
import { inEveryNodeRed } from './suite'

const LOOKS: Record<string, Look> = {
  light: {},
  dark: { colorScheme: 'dark' },
  chinese: { locale: 'zh-CN' },
  narrow: { width: 820 },
}

inEveryNodeRed('The dialogs', ({ version, deployed, open }) => {
  for (const [name, look] of Object.entries(LOOKS)) {
    it(`open without a complaint and with a text for everything (${name})`, async () => {
      const { editor, table } = await open(look)
      await editor.edit('reader')
      const shot = (what: string) => editor.shot(`${version}-${name}-${what}`)
      await table.counts(TAGS.length, 0)
      await shot('tags')
      for (const tab of ['device', 'reading']) {
        await editor.tab(tab)
        await shot(tab)
      }
      const texts = await editor.dialogTexts()
      await editor.cancel()
      await editor.edit('plc')
      await table.counts(PLC_TAGS.length, 0)
      await shot('melsec-tags')
      await editor.tab('device')
      await shot('melsec-device')
      texts.push(...(await editor.dialogTexts()))
      await editor.cancel()
      await editor.edit('status')
      await shot('status')
      texts.push(...(await editor.dialogTexts()))
      await editor.cancel()
      await editor.editConfig('supervisor')
      await shot('supervisor')
      texts.push(...(await editor.dialogTexts()))
      await editor.cancel()
      const keys = texts.filter((text) => /^[a-z-]+(\.[\w-]+)+$/i.test(text))
      assert.deepEqual(keys, [], 'keys instead of texts')
      assert.ok(texts.length > 60)
      assert.equal(/[\u4e00-\u9fff]/.test(texts.join()), name === 'chinese')
      assert.deepEqual(editor.complaints, [])
    })
  }

  it('keep everything when saved: shown again, and deployed as small objects', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    const env = placeholder('PLC_HOST')
    await table.cell(0, 'scale').fill('0.10')
    await table.cell(0, 'name').press('Enter')
    await table.cell(1, 'name').fill('<b>&""')
    await editor.tab('device')
    await editor.page.locator('#node-input-host').fill(env)
    await editor.page.locator('#node-input-port').fill('1502')
    await editor.tab('reading')
    await editor.page.locator('#node-input-emit').selectOption('change')
    await editor.done()
    assert.equal(await editor.isDirty(), true)
    assert.deepEqual(await editor.validationErrors('reader'), [])

    await editor.edit('reader')
    assert.equal(await editor.page.locator('#node-input-host').inputValue(), env)
    assert.deepEqual((await table.column('name')).slice(0, 3), ['temperature', '<b>&""', 'pressure'])
    await editor.cancel()
    await editor.deploy()
    const saved = deployed('reader')
    assert.equal(saved?.emit, 'change')
    assert.equal(Number(saved?.port), 1502)
    assert.deepEqual(Array.isArray(saved?.tags) && saved.tags.slice(0, 2), [
      { ...TAGS[0], scale: 0.1 },
      { name: '<b>&""', address: '40003', type: 'float32', order: 'CDAB', scale: 0.1, unit: '°C', deadband: 0.5 },
    ])
    assert.deepEqual(Array.isArray(saved?.tags) && saved.tags.slice(2), TAGS.slice(1))
    assert.deepEqual(editor.complaints, [])
  })

  it('change nothing when cancelled, nor when saved without a change', async () => {
    const { editor, table } = await open()
    const before = deployed('twin')
    await editor.edit('twin')
    await table.cell(0, 'name').fill('other')
    await table.cell(0, 'name').press('Control+d')
    await editor.tab('device')
    await editor.page.locator('#node-input-host').fill('elsewhere')
    await editor.cancel()
    assert.equal(await editor.isDirty(), false)
    await editor.edit('twin')
    assert.deepEqual(
      await table.column('name'),
      TAGS.map(({ name }) => name),
    )
    await editor.done()
    await editor.edit('twin')
    await editor.done()
    await editor.deploy()
    const after = deployed('twin')
    assert.deepEqual(after?.tags, before?.tags)
    assert.equal(after?.host, before?.host)
  })

  it('show the default of a property that an older flow does not have', async () => {
    const { editor } = await open()
    await editor.edit('status')
    assert.equal(await editor.page.locator('#node-input-interval').inputValue(), '5')
    await editor.cancel()
    const ofReaders: Record<string, Record<string, string>> = {
      twin: { grouping: 'blocks', transactionId: 'check', answerUnit: 'check', connectDelay: '0', retries: '1' },
      plc: { localPort: '0' },
      server: { time: 'source' },
    }
    for (const [id, defaults] of Object.entries(ofReaders)) {
      await editor.edit(id)
      for (const [property, value] of Object.entries(defaults)) {
        assert.equal(await editor.input(property).inputValue(), value, property)
      }
      const fold = editor.page.locator('.collector-fold')
      if ((await fold.count()) > 0) assert.equal(await fold.getAttribute('open'), null, id)
      await editor.cancel()
    }
    await editor.editConfig('supervisor')
    assert.equal(await editor.page.locator('#node-config-input-autoStart').isChecked(), true)
    assert.equal(await editor.page.locator('#node-config-input-maxRestarts').inputValue(), '10')
    await editor.cancel()
  })

  for (const [locale, texts] of Object.entries({
    'en-US': {
      tags: /^Tags: the list is empty/,
      twin: /^Name: is the name of another reader$/,
      port: /Port: 99999 is not within 1 to 65535/,
    },
    'zh-CN': { tags: /^点位: 列表为空/, twin: /^名称: 已被其他读取器使用$/, port: /端口: 99999 超出范围/ },
  })) {
    it(`say on the node what is wrong with it (${locale})`, async () => {
      const { editor } = await open({ locale })
      const errors = await editor.validationErrors('twin')
      assert.ok(
        errors.some((error) => texts.twin.test(error)),
        String(errors),
      )
      await editor.edit('twin')
      await editor.tab('device')
      await editor.page.locator('#node-input-port').fill('9999')
      await editor.page.locator('#node-input-port').press('9')
      await editor.page.locator('#node-input-port.input-error').waitFor()
      await editor.page.locator('#node-input-port').hover()
      await editor.page.locator('.red-ui-popover', { hasText: texts.port }).waitFor()
      await editor.cancel()
    })
  }

  it('are wide enough for the table, and in a narrow window scroll it sideways', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    const list = editor.page.locator('.collector-tags .red-ui-editableList-container')
    const scrolls = () => list.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
    assert.equal(await scrolls(), 0)
    await editor.page.setViewportSize({ width: 820, height: 800 })
    await editor.page.waitForFunction(() => (document.querySelector('.red-ui-tray')?.clientWidth ?? 1000) <= 510)
    assert.ok((await scrolls()) > 300)
    await table.cell(0, 'deadband').focus()
    await editor.shot(`${version}-narrow-scrolled`)
    const [dialog, cell, name] = await Promise.all(
      [editor.page.locator('.red-ui-tray-body'), table.cell(0, 'deadband'), table.cell(0, 'name')].map((part) =>
        part.boundingBox(),
      ),
    )
    assert.ok(dialog && cell && name)
    assert.ok(cell.x + cell.width <= dialog.x + dialog.width, 'the last column can be reached')
    assert.ok(name.x >= dialog.x, 'the name stays in sight')
  })

  it('come with help in both languages', async () => {
    for (const [locale, heading] of [
      ['en-US', 'Properties'],
      ['zh-CN', '属性'],
    ] as const) {
      const { editor } = await open({ locale })
      for (const type of ['modbus-in', 'melsec-in', 'opcua-in', 'status-broadcast', 'collector-supervisor']) {
        await editor.page.evaluate((name) => window.RED.sidebar.help.show(name), type)
        await editor.page
          .locator('.red-ui-help h3, .red-ui-sidebar-help-content h3, .red-ui-info-help h3', { hasText: heading })
          .first()
          .waitFor()
        await editor.shot(`${version}-${locale}-help-${type}`)
      }
    }
  })

  it('need no name for a new reader: the node brings one that is free, also as a copy', async () => {
    const { editor } = await open()
    await editor.dragFromPalette('modbus-in')
    await editor.dragFromPalette('modbus-in')
    const names = () =>
      editor.page.evaluate(() => window.RED.nodes.filterNodes({ type: 'modbus-in' }).map(({ name }) => name))
    assert.deepEqual((await names()).slice(-2).sort(), ['modbus-1', 'modbus-2'])
    await editor.page.keyboard.press('Control+C')
    await editor.page.keyboard.press('Control+V')
    await editor.page.mouse.move(900, 600)
    await editor.page.mouse.click(900, 600)
    assert.equal((await names()).at(-1), 'modbus-3')
    assert.deepEqual(editor.complaints, [])
    await editor.shot(`${version}-palette`)
  })
})

import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { placeholder } from '../support/placeholder'
import type { Look } from './editor-page'
import { inEveryNodeRed } from './suite'

const LOOKS: Record<string, Look> = { light: {}, 'narrow-dark': { colorScheme: 'dark', width: 820 } }
const COMMON = ['queueCapacity', 'queueFull', 'durability', 'flushInterval', 'batchSize', 'workers']
const SERVER = ['influxVersion', 'influxUrl']
/** Properties that depend on a choice, and are shown with it. */
const SHOWN: Record<string, string[]> = {
  embedded: ['retentionDays', 'retentionMb', ...COMMON],
  'influxdb 1': [...SERVER, 'influxDatabase', 'influxUsername', 'influxPassword', ...COMMON],
  'influxdb 2': [...SERVER, 'influxOrg', 'influxBucket', 'influxToken', ...COMMON],
  'influxdb 3': [...SERVER, 'influxDatabase', 'influxToken', ...COMMON],
  none: [],
}

function input(page: Page, property: string) {
  return page.locator(`#node-config-input-${property}`)
}

/** Properties of the rows that depend on a choice and are in the dialog now. */
function shown(page: Page): Promise<string[]> {
  const inputs = page.locator('.collector-form [data-when]:visible input, .collector-form [data-when]:visible select')
  return inputs.evaluateAll((all) => all.map(({ id }) => id.replace('node-config-input-', '')))
}

async function choose(page: Page, choice: string): Promise<void> {
  const [historian = '', version] = choice.split(' ')
  await input(page, 'historian').selectOption(historian)
  if (version !== undefined) await input(page, 'influxVersion').selectOption(version)
}

/** Properties that are marked as wrong. */
function wrong(page: Page): Promise<string[]> {
  return page
    .locator('.collector-form .input-error:visible')
    .evaluateAll((all) => all.map(({ id }) => id.replace('node-config-input-', '')))
}

inEveryNodeRed('The history of a supervisor', ({ version, deployed, open }) => {
  for (const [name, look] of Object.entries(LOOKS)) {
    it(`shows what belongs to the choice only (${name})`, async () => {
      const { editor } = await open(look)
      await editor.editConfig('supervisor')
      assert.equal(await input(editor.page, 'historian').inputValue(), 'embedded')
      for (const [choice, properties] of Object.entries(SHOWN)) {
        await choose(editor.page, choice)
        assert.deepEqual((await shown(editor.page)).sort(), [...properties].sort(), choice)
        await input(editor.page, 'historian').scrollIntoViewIfNeeded()
        await editor.shot(`${version}-history-${name}-${choice.replace(' ', '-')}`)
      }
      await editor.cancel()
      assert.deepEqual(editor.complaints, [])
    })
  }

  it('keeps what was typed when another choice hides it', async () => {
    const { editor } = await open()
    const { page } = editor
    await editor.editConfig('supervisor')
    await input(page, 'retentionDays').fill('30')
    await choose(page, 'influxdb 2')
    await input(page, 'influxOrg').fill('plant')
    await choose(page, 'influxdb 1')
    await input(page, 'influxDatabase').fill('samples')
    await choose(page, 'embedded')
    assert.equal(await input(page, 'retentionDays').inputValue(), '30')
    await choose(page, 'influxdb 2')
    assert.equal(await input(page, 'influxOrg').inputValue(), 'plant')
    await editor.cancel()
    assert.equal(await editor.isDirty(), false)
  })

  it('leaves a mistake in sight that another choice would hide', async () => {
    const { editor } = await open()
    await editor.editConfig('supervisor')
    await input(editor.page, 'retentionDays').fill('a week')
    await input(editor.page, 'retentionDays').press('Tab')
    await choose(editor.page, 'none')
    assert.deepEqual(await shown(editor.page), ['retentionDays'])
    await input(editor.page, 'retentionDays').fill('7')
    await input(editor.page, 'retentionDays').press('Tab')
    assert.deepEqual(await shown(editor.page), [])
    await editor.cancel()
  })

  for (const [locale, texts] of Object.entries({
    'en-US': {
      url: 'URL: is no address like',
      token: 'Token: has a character that no token has',
      bucket: /^Bucket: must/,
    },
    'zh-CN': {
      url: '服务器地址: 不是有效的地址',
      token: '含有令牌中不会出现的字符',
      bucket: /^存储桶（Bucket）: 不能为空$/,
    },
  })) {
    it(`says what InfluxDB needs and has not got, as it is chosen (${locale})`, async () => {
      const { editor } = await open({ locale })
      const { page } = editor
      const says = async (property: string, text: string) => {
        await input(page, property).hover()
        await page.locator('.red-ui-popover', { hasText: text }).waitFor()
      }
      await editor.editConfig('supervisor')
      assert.deepEqual(await wrong(page), [])
      await choose(page, 'influxdb 2')
      assert.deepEqual(await wrong(page), ['influxUrl', 'influxOrg', 'influxBucket'])
      await choose(page, 'influxdb 1')
      assert.deepEqual(await wrong(page), ['influxUrl', 'influxDatabase'])
      await input(page, 'influxPassword').fill('secret')
      await input(page, 'influxPassword').press('Tab')
      assert.deepEqual(await wrong(page), ['influxUrl', 'influxDatabase', 'influxUsername'])
      await choose(page, 'influxdb 2')
      await input(page, 'influxUrl').fill('influx:8086')
      await input(page, 'influxToken').fill('to ken')
      await input(page, 'influxOrg').fill(placeholder('ORG'))
      await input(page, 'influxOrg').press('Tab')
      assert.deepEqual(await wrong(page), ['influxUrl', 'influxBucket', 'influxToken'])
      await says('influxUrl', texts.url)
      await says('influxToken', texts.token)
      await editor.shot(`${version}-history-wrong-${locale}`)
      await input(page, 'influxUrl').fill('http://127.0.0.1:8086')
      await input(page, 'influxToken').fill('')
      await editor.done()
      const errors = await editor.validationErrors('supervisor')
      assert.equal(errors.length, 1, String(errors))
      assert.match(String(errors[0]), texts.bucket)
    })
  }

  it('keeps user and password out of the flow, and has them again when it is opened', async () => {
    const { editor } = await open()
    const { page } = editor
    await editor.editConfig('supervisor')
    await choose(page, 'influxdb 1')
    // Nobody listens there, and nothing is read.
    await input(page, 'influxUrl').fill('http://127.0.0.1:9')
    await input(page, 'influxDatabase').fill('samples')
    await input(page, 'influxUsername').fill('writer')
    await input(page, 'influxPassword').fill('top secret')
    await editor.done()
    assert.deepEqual(await editor.validationErrors('supervisor'), [])
    await editor.deploy()
    const saved = deployed('supervisor')
    assert.equal(saved?.influxDatabase, 'samples')
    assert.doesNotMatch(JSON.stringify(saved), /writer|secret/)

    const { editor: later } = await open()
    await later.editConfig('supervisor')
    assert.equal(await input(later.page, 'influxUsername').inputValue(), 'writer')
    assert.equal(await input(later.page, 'influxPassword').inputValue(), '__PWRD__')
    assert.deepEqual(await wrong(later.page), [])
    await choose(later.page, 'embedded')
    await later.done()
    await later.deploy()
  })
})

inEveryNodeRed('What a reader adds to its points', ({ version, deployed, open }) => {
  for (const [name, look] of Object.entries({ ...LOOKS, chinese: { locale: 'zh-CN' } })) {
    it(`is typed as pairs, by keys or mouse, and deployed as an object (${name})`, async () => {
      const { editor } = await open(look)
      const { page } = editor
      await editor.edit('reader')
      await editor.tab('reading')
      assert.equal(await page.locator('#node-input-measurement').getAttribute('placeholder'), 'press-1')
      const pairs = page.locator('.collector-pair')
      // Those of the test before.
      while ((await pairs.count()) > 0) await pairs.first().locator('button').click()
      await page.locator('.collector-pairs > button').click()
      await page.keyboard.type('line')
      await page.keyboard.press('Enter')
      await page.keyboard.type('3, north')
      await page.keyboard.press('Enter')
      await page.keyboard.type('产线')
      await page.keyboard.press('Tab')
      await page.keyboard.type(`<b>"${name}"`)
      await page.keyboard.press('Enter')
      await editor.shot(`${version}-points-${name}`)
      await editor.done()
      assert.deepEqual(await editor.validationErrors('reader'), [])
      await editor.edit('reader')
      await editor.tab('reading')
      assert.equal(await pairs.count(), 2)
      assert.equal(await pairs.nth(1).locator('input').nth(1).inputValue(), `<b>"${name}"`)
      await editor.cancel()
      await editor.deploy()
      assert.deepEqual(deployed('reader')?.pointTags, { line: '3, north', 产线: `<b>"${name}"` })
      assert.deepEqual(editor.complaints, [])
    })
  }

  it('changes nothing when the dialog is cancelled, nor when it is saved without a change', async () => {
    const { editor } = await open()
    await editor.edit('reader')
    await editor.tab('reading')
    await editor.page.locator('.collector-pair button').first().click()
    await editor.cancel()
    assert.equal(await editor.isDirty(), false)
    await editor.edit('reader')
    await editor.tab('reading')
    assert.equal(await editor.page.locator('.collector-pair').count(), 2)
    await editor.done()
    await editor.edit('reader')
    await editor.done()
    assert.equal(await editor.isDirty(), false)
  })

  for (const [locale, texts] of Object.entries({
    'en-US': {
      key: 'Key: "type" is kept for another column of the database',
      node: /^Additional tags: type = a: "type" is kept/,
      measurement: /^Measurement: must not begin with #$/,
    },
    'zh-CN': {
      key: '键: “type”已用于数据库的其他列',
      node: /^附加标签: type = a: “type”已用于/,
      measurement: /^测量名称: 不能以 # 开头$/,
    },
  })) {
    it(`says what no line of the database can hold (${locale})`, async () => {
      const { editor } = await open({ locale })
      const { page } = editor
      await editor.edit('reader')
      await editor.tab('reading')
      await page.locator('#node-input-measurement').fill('#1')
      await page.locator('.collector-pairs > button').click()
      await page.keyboard.type('type')
      await page.keyboard.press('Tab')
      await page.keyboard.type('a')
      assert.equal(await page.locator('.collector-pairs-message').textContent(), texts.key)
      assert.equal(await page.locator('.collector-pair .input-error').count(), 1)
      await page.locator('#node-input-measurement.input-error').waitFor()
      await editor.shot(`${version}-points-wrong-${locale}`)
      await editor.done()
      const errors = await editor.validationErrors('reader')
      assert.equal(errors.length, 2, String(errors))
      for (const text of [texts.node, texts.measurement]) {
        assert.ok(
          errors.some((error) => text.test(error)),
          String(errors),
        )
      }
    })
  }
})

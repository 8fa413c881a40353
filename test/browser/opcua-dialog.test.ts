import assert from 'node:assert/strict'
import { inEveryNodeRed } from './suite'

const COMMON = ['endpoint', 'timeout', 'securityMode', 'authentication']
const SECURE = ['endpoint', 'timeout', 'securityMode', 'securityPolicy', 'trust', 'authentication']
const SUBSCRIBED = ['publishingInterval', 'samplingInterval', 'fastestSampling', 'queueSize']

inEveryNodeRed('The dialog of opcua in', ({ version, deployed, open }) => {
  it('shows what belongs to the security, login and mode that are chosen, and explains every choice', async () => {
    const { editor } = await open({ width: 1280, height: 1000 })
    await editor.edit('server')
    await editor.tab('device')
    assert.deepEqual(await editor.rowsIn('device'), COMMON)
    await editor.input('authentication').selectOption('username')
    assert.deepEqual(await editor.rowsIn('device'), [...COMMON, 'username', 'password', 'insecurePassword'])
    await editor.shot(`${version}-opcua-insecure`)
    await editor.input('securityMode').selectOption('signAndEncrypt')
    assert.deepEqual(await editor.rowsIn('device'), [...SECURE, 'username', 'password'])
    await editor.shot(`${version}-opcua-secure`)
    for (const property of ['securityMode', 'securityPolicy', 'trust', 'authentication']) await explained(property)
    await editor.tab('reading')
    assert.deepEqual((await editor.rowsIn('reading')).slice(0, 6), ['interval', 'mode', ...SUBSCRIBED])
    await editor.shot(`${version}-opcua-reading`)
    for (const property of ['uncertain', 'enumerations', 'time', 'mode']) await explained(property)
    assert.deepEqual((await editor.rowsIn('reading')).slice(0, 3), ['interval', 'mode', 'emit'])
    assert.deepEqual(editor.complaints, [])

    async function explained(property: string): Promise<void> {
      const explanation = editor.page.locator(`[data-explains="node-input-${property}"]`)
      const options = editor.input(property).locator('option')
      const texts = new Set<string | null>()
      for (const option of await options.all()) {
        await editor.input(property).selectOption(await option.getAttribute('value'))
        texts.add(await explanation.textContent())
      }
      assert.equal(texts.size, await options.count(), property)
      for (const text of texts) assert.match(text ?? '', /^.{5,}\.$/)
    }
  })

  it('says what each NodeId means, goes on counting it, and what is wrong while it is typed', async () => {
    const { editor, table } = await open({ width: 1280 })
    await editor.edit('server')
    await table.counts(4, 0)
    assert.deepEqual(await Promise.all([0, 1, 2, 3].map((row) => table.reads(row))), [
      'namespace 2 · text',
      'http://plant/ · number',
      'namespace 2 · text · elements 0–9',
      'OPC UA itself · number',
    ])
    await editor.shot(`${version}-opcua-tags`)
    assert.deepEqual(await table.column('filter'), ['0.5', '', '', ''])
    await table.cell(2, 'address').press('Enter')
    assert.equal(await table.cell(3, 'address').inputValue(), 'ns=2;s=Profile;range=10:19')
    await table.cell(1, 'address').press('Enter')
    assert.equal(await table.cell(2, 'address').inputValue(), 'nsu=http://plant/;i=1006')
    for (const [address, said] of [
      ['Motor.Speed', /^"Motor.Speed" is no NodeId: write e\.g\. ns=2;s=Motor\.Speed/],
      ['ns=99999;i=1', /a namespace is a number from 0 to 65535$/],
      ['ns=2;s=Profile;range=9:1', /"9:1" is no range: write e\.g\. range=0:9$/],
    ] as const) {
      await table.cell(0, 'address').fill(address)
      await table.counts(6, 1)
      assert.match(await table.message(), said)
      assert.equal(await table.reads(0), '')
    }
    await table.cell(0, 'address').fill('ns=2;s=Motor;range=1')
    await table.cell(0, 'filter').fill('2 percent')
    await table.counts(6, 1)
    assert.match(await table.message(), /^"2 percent" is no filter: write e\.g\. 0\.5 or 2%$/)
    assert.deepEqual(editor.complaints, [])
  })

  it('keeps user name and password apart from the flow, and shows a password to nobody', async () => {
    const { editor } = await open()
    await editor.edit('server')
    await editor.tab('device')
    await editor.input('authentication').selectOption('username')
    await editor.outlook(/User name: is missing; a node that was copied or imported has to be given/)
    await editor.page.locator('#node-input-username.input-error').waitFor()
    await editor.input('username').fill('operator')
    await editor.outlook(/Security mode: without security the password may be read on its way/)
    await editor.page.locator('#node-input-securityMode.input-error').waitFor()
    await editor.input('insecurePassword').check()
    await editor.page.locator('#node-input-securityMode:not(.input-error)').waitFor()
    await editor.page.waitForFunction(() => document.querySelector('.collector-outlook-warning')?.textContent === '')
    await editor.input('password').fill('canary')
    await editor.done()
    assert.deepEqual(await editor.validationErrors('server'), [])
    await editor.deploy()
    const node = deployed('server')
    assert.deepEqual([node?.authentication, node?.insecurePassword], ['username', true])
    assert.doesNotMatch(JSON.stringify(node), /operator|canary|"credentials"/)
    await editor.page.reload()
    await editor.page.locator('.red-ui-flow-node-group').first().waitFor()
    await editor.edit('server')
    await editor.tab('device')
    assert.deepEqual(
      [await editor.input('username').inputValue(), await editor.input('password').inputValue()],
      ['operator', '__PWRD__'],
    )
    assert.equal(await editor.input('insecurePassword').isChecked(), true)
    await editor.cancel()
    assert.equal(await editor.isDirty(), false)
    assert.deepEqual(editor.complaints, [])
  })

  it('speaks Chinese, at any width', async () => {
    const { editor, table } = await open({ locale: 'zh-CN', colorScheme: 'dark', width: 900 })
    await editor.edit('user')
    await table.counts(4, 0)
    assert.equal(await table.reads(0), '命名空间 2 · 文本标识符')
    await editor.outlook(/用户名: 未填写；复制或导入的节点需要重新填写用户名和密码/)
    await table.cell(0, 'address').fill('i=x')
    await table.counts(4, 1)
    assert.match(await table.message(), /^"i=x"：i= 后面应为 0 至 4294967295 的数字$/)
    await editor.shot(`${version}-opcua-zh-tags`)
    await editor.tab('device')
    await editor.shot(`${version}-opcua-zh-device`)
    const english = (await editor.dialogTexts()).filter((text) => /^[A-Za-z ]{9,}$/.test(text))
    assert.deepEqual(english, [])
    assert.deepEqual(editor.complaints, [])
  })
})

import assert from 'node:assert/strict'
import { inEveryNodeRed } from './suite'

inEveryNodeRed('The tag table', ({ version, open }) => {
  it('shows what a row means, and marks what is wrong with the reason at hand', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    assert.equal(await table.reads(4), 'holding 40124–40125 · wire 123–124')
    await table.cell(0, 'address').fill('123')
    await table.cell(1, 'name').fill('counter')
    await table.counts(5, 2)
    await table.cell(0, 'address').focus()
    assert.match(await table.message(), /does not say which area: write holding:123/)
    assert.match((await table.cell(0, 'address').getAttribute('class')) ?? '', /input-error/)
    assert.match((await table.cell(4, 'name').getAttribute('title')) ?? '', /also the name of tag 2/)
    assert.equal(await table.reads(0), '')
    await editor.shot(`${version}-wrong`)

    await table.cell(0, 'address').fill('40001')
    await table.cell(1, 'name').fill('pressure')
    await table.counts(5, 0)
    assert.equal(await table.cell(4, 'name').getAttribute('aria-invalid'), null)
  })

  it('shows what is read, as people count and as on the wire', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    const forms: [address: string, type: string, reads: string][] = [
      ['40001', 'uint16', 'holding 40001 · wire 0'],
      ['400124', 'uint16', 'holding 40124 · wire 123'],
      ['30001', 'float32', 'input 30001–30002 · wire 0–1'],
      ['10001', 'bool', 'discrete 10001 · wire 0'],
      ['00001', 'bool', 'coil 00001 · wire 0'],
      ['holding:0', 'float64', 'holding 40001–40004 · wire 0–3'],
      ['ir5', 'int16', 'input 30006 · wire 5'],
      ['di:0x10', 'bool', 'discrete 10017 · wire 16'],
      ['40001.3', 'bool', 'holding 40001.3 · wire 0'],
    ]
    await table.choose(0, 'order', '')
    for (const [address, type, reads] of forms) {
      await table.cell(0, 'address').fill(address)
      await table.choose(0, 'type', type)
      await table.counts(5, 0)
      assert.equal(await table.reads(0), reads, address)
    }
    await table.cell(0, 'address').fill('40001')
    await table.choose(0, 'type', 'uint16')
    await table.showExtraColumns()
    await table.cell(0, 'length').fill('10')
    await table.cell(0, 'unitId').fill('17')
    await table.counts(5, 0)
    assert.equal(await table.reads(0), 'holding 40001–40010 · wire 0–9 · unit 17')
    await editor.shot(`${version}-reads`)
  })

  it('offers the orders that fit the type, and keeps another one, marked', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    await table.counts(5, 0)
    assert.deepEqual(await table.choices(0, 'order'), ['', 'ABCD', 'CDAB', 'BADC', 'DCBA'])
    await table.choose(0, 'type', 'float64')
    await table.counts(5, 1)
    assert.deepEqual(await table.choices(0, 'order'), ['', 'ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA', 'CDAB'])
    assert.equal(await table.cell(0, 'order').inputValue(), 'CDAB')
    assert.match((await table.cell(0, 'order').getAttribute('class')) ?? '', /input-error/)
    await table.choose(0, 'order', 'GHEFCDAB')
    await table.counts(5, 0)
    await table.cell(0, 'name').focus()
    assert.deepEqual(await table.choices(0, 'order'), ['', 'ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA'])
    assert.deepEqual(await table.choices(1, 'order'), ['', 'AB', 'BA'])
    await table.cell(1, 'type').focus()
    await editor.paste('FLOAT32\tcdab\nInt64\thgfedcba')
    await table.counts(5, 1)
    assert.deepEqual((await table.column('order')).slice(1, 3), ['CDAB', 'HGFEDCBA'])
  })

  it('offers every type once, the usual ones first', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    const types = await table.choices(0, 'type')
    assert.deepEqual(types.slice(0, 7), ['bool', 'bit', 'int16', 'uint16', 'int32', 'uint32', 'float32'])
    assert.equal(new Set(types).size, types.length)
    const groups = table.cell(0, 'type').locator('optgroup')
    assert.equal(await groups.first().getAttribute('label'), 'Usual')
  })

  it('shows the length where a text is read, and which cells mean nothing', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    await table.counts(5, 0)
    assert.deepEqual(await table.idle(0), [])
    assert.deepEqual(await table.idle(3), ['scale', 'offset', 'deadband'])
    assert.equal(await table.cell(3, 'scale').getAttribute('title'), 'not used with bool')
    assert.equal(await table.cell(1, 'length').isVisible(), false)
    await table.cell(1, 'scale').fill('1')
    await table.choose(1, 'type', 'string')
    await table.cell(1, 'length').waitFor()
    await table.cell(1, 'length').fill('16')
    await table.counts(5, 0)
    assert.equal(await table.reads(1), 'holding 40003–40010 · wire 2–9')
    assert.deepEqual(await table.idle(1), ['scale', 'offset', 'deadband'])
    await editor.shot(`${version}-string`)
    // It can be hidden again.
    await table.showExtraColumns()
    await table.cell(0, 'name').fill('warmth')
    await table.counts(5, 0)
    assert.equal(await table.cell(1, 'length').isVisible(), false)
  })

  it('goes to the next problem when the number of problems is clicked, in columns that were hidden too', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    assert.equal(await table.cell(0, 'unitId').isVisible(), false)
    await table.cell(1, 'scale').fill('much')
    await table.showExtraColumns()
    await table.cell(3, 'unitId').fill('999')
    await table.counts(5, 2)
    await table.showExtraColumns()
    await table.cell(0, 'name').fill('temperature')
    await table.counts(5, 2)
    await editor.page.locator('.collector-tags-problems').click()
    assert.equal(await table.focus(), '1 scale')
    await editor.page.locator('.collector-tags-problems').click()
    assert.equal(await table.focus(), '3 unitId')
    await editor.page.locator('.collector-tags-problems').click()
    assert.equal(await table.focus(), '1 scale')
  })

  it('shows columns that are not needed every day where they are used', async () => {
    const { editor, table } = await open()
    await editor.edit('twin')
    await table.showExtraColumns()
    await table.cell(3, 'unitId').fill('17')
    await editor.done()
    await editor.edit('twin')
    assert.equal(await table.cell(3, 'unitId').isVisible(), true)
    assert.equal(await table.cell(3, 'unitId').inputValue(), '17')
  })

  it('adds tags that go on with the pattern, by button and by Enter', async () => {
    const { editor, table } = await open()
    await editor.edit('empty')
    await table.add()
    assert.equal(await table.focus(), '0 name')
    const { keyboard } = editor.page
    await keyboard.type('pump1')
    await keyboard.press('Tab')
    await keyboard.type('40011')
    await keyboard.press('Tab')
    await keyboard.type('float')
    await table.counts(1, 0)
    await table.cell(0, 'address').press('Enter')
    await table.cell(1, 'name').press('Enter')
    await table.counts(3, 0)
    assert.equal(await table.focus(), '2 name')
    assert.deepEqual(await table.column('name'), ['pump1', 'pump2', 'pump3'])
    assert.deepEqual(await table.column('address'), ['40011', '40013', '40015'])
    assert.deepEqual(await table.column('type'), ['float32', 'float32', 'float32'])
    await editor.cancel()
  })

  it('duplicates, moves and deletes rows by keys and by mouse', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    await table.cell(1, 'unit').press('Control+d')
    await table.counts(6, 0)
    assert.deepEqual((await table.column('name')).slice(0, 3), ['temperature', 'pressure', 'pressure2'])
    assert.equal(await table.cell(2, 'scale').inputValue(), '0.01')

    await table.cell(2, 'name').press('Alt+ArrowUp')
    await table.cell(1, 'name').press('Alt+ArrowUp')
    await table.cell(0, 'name').press('Alt+ArrowUp')
    assert.deepEqual((await table.column('name')).slice(0, 3), ['pressure2', 'temperature', 'pressure'])
    assert.equal(await table.focus(), '0 name')
    await table.cell(0, 'name').press('ArrowDown')
    assert.equal(await table.focus(), '1 name')

    await table.cell(0, 'name').press('Control+Delete')
    await table.counts(5, 0)
    assert.equal(await table.focus(), '0 name')
    await table.button(3, 'duplicate').click()
    await table.button(0, 'remove').click()
    await table.counts(5, 0)
    assert.deepEqual(await table.column('name'), ['pressure', 'motor_running', 'door_open', 'door_open2', 'counter'])

    await table.drag(4, 0)
    assert.equal((await table.column('name'))[0], 'counter')
    for (let count = 5; count > 0; count--) await table.cell(0, 'name').press('Control+Delete')
    await table.counts(0, 0)
    assert.equal(await table.rows().count(), 0)
  })

  it('takes 1000 rows of a spreadsheet, keeps and shows them', async () => {
    const { editor, table } = await open()
    await editor.edit('empty')
    const rows = Array.from(
      { length: 1000 },
      (_none, index) => `tag ${index}\tholding:${index * 2}\tFLOAT32\tCDAB\t0.1\t-40\t°C\t0.5`,
    )
    await editor.page.locator('.collector-tags').focus()
    const pasteMs = await editor.cost(async () => {
      await editor.paste(rows.join('\r\n'))
      await table.counts(1000, 0)
    })
    await table.cell(500, 'name').focus()
    const keyMs = await editor.cost(async () => {
      await editor.page.keyboard.press('x')
      await table.counts(1000, 0)
    })
    await editor.shot(`${version}-1000-tags`)
    await editor.done()
    const openMs = await editor.cost(async () => {
      await editor.edit('empty')
      await table.counts(1000, 0)
    })
    // What it costs is for people to read: a busy machine must not fail a test.
    console.log(`      paste ${pasteMs.toFixed()} ms, key ${keyMs.toFixed()} ms, open ${openMs.toFixed()} ms`)
    assert.equal(await table.cell(999, 'type').inputValue(), 'float32')
    assert.equal(await table.cell(999, 'offset').inputValue(), '-40')
    assert.deepEqual(editor.complaints, [])
  })

  it('pastes from the cell on that has the focus, or by the names in the first row', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    await table.cell(3, 'address').focus()
    await editor.paste('40020.1\tbool\n40030\tuint16\n40031\tint16')
    await table.counts(6, 1)
    assert.deepEqual((await table.column('address')).slice(3), ['40020.1', '40030', '40031'])
    assert.deepEqual((await table.column('name')).slice(3), ['door_open', 'counter', ''])
    await table.cell(5, 'name').focus()
    await editor.paste('Unit\tADDRESS\tname\nkW\t40040\tpower\n\t40041\tstate')
    await table.counts(7, 0)
    assert.deepEqual((await table.column('name')).slice(5), ['power', 'state'])
    assert.deepEqual((await table.column('address')).slice(5), ['40040', '40041'])
    assert.equal(await table.cell(5, 'unit').inputValue(), 'kW')
    await table.cell(0, 'name').fill('')
    await editor.paste('one word')
    assert.equal(await table.cell(0, 'name').inputValue(), 'one word')
  })
})

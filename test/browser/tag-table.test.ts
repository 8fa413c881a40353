import assert from 'node:assert/strict'
import { inEveryNodeRed } from './suite'

const MAIN = ['name', 'address', 'type', 'order', 'scale', 'offset', 'unit', 'deadband']
const EXTRA = ['length', 'unitId', 'noValue', 'min', 'max', 'scaleFrom', 'every', 'texts', 'charset', 'width']
/** In the order of the columns, of those that are extra. */
const OF_NUMBERS = ['noValue', 'min', 'max', 'scaleFrom']

inEveryNodeRed('The tag table', ({ version, deployed, open }) => {
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
    await table.tickColumns('Length', 'Unit ID')
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
    assert.deepEqual(await table.idle(0), ['charset'])
    assert.deepEqual(await table.idle(3), ['scale', 'offset', 'deadband', ...OF_NUMBERS, 'charset'])
    assert.equal(await table.cell(3, 'scale').getAttribute('title'), 'not used with bool')
    assert.equal(await table.cell(1, 'length').isVisible(), false)
    await table.cell(1, 'scale').fill('1')
    await table.choose(1, 'type', 'string')
    await table.cell(1, 'length').waitFor()
    await table.cell(1, 'length').fill('16')
    await table.counts(5, 0)
    assert.equal(await table.reads(1), 'holding 40003–40010 · wire 2–9')
    assert.deepEqual(await table.idle(1), ['scale', 'offset', 'deadband', ...OF_NUMBERS, 'texts'])
    await editor.shot(`${version}-string`)
    // It can be hidden again.
    await table.tickColumns('Length')
    await table.cell(0, 'name').fill('warmth')
    await table.counts(5, 0)
    assert.equal(await table.cell(1, 'length').isVisible(), false)
  })

  it('goes to the next problem when the number of problems is clicked, in columns that were hidden too', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    assert.equal(await table.cell(0, 'unitId').isVisible(), false)
    await table.cell(1, 'scale').fill('much')
    await table.tickColumns('Unit ID')
    await table.cell(3, 'unitId').fill('999')
    await table.counts(5, 2)
    await table.tickColumns('Unit ID')
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
    await table.tickColumns('Unit ID')
    await table.cell(3, 'unitId').fill('17')
    await editor.done()
    await editor.edit('twin')
    assert.equal(await table.cell(3, 'unitId').isVisible(), true)
    assert.equal(await table.cell(3, 'unitId').inputValue(), '17')
  })

  it('offers the other columns in a menu: used ones are shown, any may be chosen, by mouse or by keys', async () => {
    const { editor, table } = await open()
    await editor.edit('gateway')
    await table.counts(5, 0)
    assert.deepEqual(await table.shownColumns(), MAIN)
    await table.columnsButton().click()
    const names = await table.columnsMenu().locator('.collector-columns-name').allTextContents()
    assert.equal(names.length, EXTRA.length)
    await editor.shot(`${version}-columns`)
    // a click beside the menu closes it
    await editor.page.locator('.collector-tags-count').click()
    assert.equal(await table.columnsMenu().isVisible(), false)

    await table.columnsButton().focus()
    const { keyboard } = editor.page
    await keyboard.press('Enter')
    assert.equal(await table.columnsButton().getAttribute('aria-expanded'), 'true')
    await keyboard.press('ArrowDown')
    await keyboard.press('ArrowDown')
    await keyboard.press('Space')
    await keyboard.press('ArrowUp')
    await keyboard.press('Space')
    await keyboard.press('Space')
    await keyboard.press('Escape')
    assert.equal(await table.columnsMenu().isVisible(), false)
    assert.equal(await table.columnsButton().getAttribute('aria-expanded'), 'false')
    assert.equal(await table.columnsButton().evaluate((button) => button === document.activeElement), true)
    assert.deepEqual(await table.shownColumns(), [...MAIN, 'noValue'])
    await table.cell(0, 'noValue').fill('0x7FC00000')
    await table.tickColumns('Texts', 'Max', 'No value')
    assert.deepEqual(await table.shownColumns(), [...MAIN, 'max', 'texts'])
    await table.counts(5, 0)
    await editor.done()
    // what was chosen lasts as long as the dialog, what is used is seen
    await editor.edit('gateway')
    assert.deepEqual(await table.shownColumns(), [...MAIN, 'noValue'])
    assert.deepEqual(editor.complaints, [])
  })

  it('says what a cell is for while it has the focus, until something is wrong in it', async () => {
    const { editor, table } = await open()
    await editor.edit('reader')
    await table.counts(5, 0)
    await table.tickColumns('Every')
    await table.cell(0, 'every').focus()
    assert.match(await table.message(), /every n-th cycle/)
    await table.cell(0, 'every').fill('0')
    await table.counts(5, 1)
    assert.match(await table.message(), /0 is not within 1 to 1000000/)
    await table.cell(0, 'every').fill('10')
    await table.counts(5, 0)
    assert.match(await table.message(), /every n-th cycle/)
    await table.cell(0, 'type').focus()
    assert.match(await table.message(), /IEEE 754, 2 registers/)
  })

  it('shows the columns that a pasted table has, and stores them', async () => {
    const { editor, table } = await open()
    await editor.edit('spare-list')
    await editor.page.locator('.collector-tags').focus()
    await editor.paste(
      'name\taddress\ttype\tevery\twidth\tmin\tmax\nflow\t40001\tfloat32\t10\t2\t0\t\nlevel\t40005\tint16\t\t\t\t',
    )
    await table.counts(2, 0)
    assert.deepEqual(await table.shownColumns(), [...MAIN, 'min', 'every', 'width'])
    assert.equal(await table.reads(0), 'holding 40001 · wire 0')
    assert.equal(await table.cell(1, 'every').inputValue(), '')
    await editor.shot(`${version}-pasted-columns`)
    await editor.done()
    await editor.deploy()
    assert.deepEqual(deployed('spare-list')?.tags, [
      { name: 'flow', address: '40001', type: 'float32', min: '0', every: 10, width: 2 },
      { name: 'level', address: '40005', type: 'int16' },
    ])
    assert.deepEqual(editor.complaints, [])
  })

  it('takes a list of a vendor with its headers, and marks what the list leaves open', async () => {
    const { editor, table } = await open()
    await editor.edit('empty')
    await editor.page.locator('.collector-tags').focus()
    await editor.paste(
      [
        'Register\tBezeichnung\tEinheit\tAdresse (hex)\tAnzahl\tFormat\tFaktor',
        '30001\tSpannung L1-N\tV\t0x0000\t2\tFLOAT\t',
        '30073\tWirkenergie\tkWh\t0x0048\t2\tUINT\t0,1',
        '\tReserve\t\t0x0100\t1\tU16\t1',
      ].join('\r\n'),
    )
    await table.counts(3, 1)
    assert.equal(await table.reads(0), 'input 30001–30002 · wire 0–1')
    await editor.shot(`${version}-pasted-list`)
    await editor.cancel()
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

import assert from 'node:assert/strict'
import { checkInflux, type InfluxTarget, parseInfluxTarget } from '../../../lib/contract/influx-target'

const NOTHING = { org: '', bucket: '', database: '', token: '', username: '', password: '' }
const V1: InfluxTarget = { ...NOTHING, version: '1', url: 'http://127.0.0.1:8086', database: 'plant' }
const V2: InfluxTarget = {
  ...NOTHING,
  version: '2',
  url: 'https://db.example/x/',
  org: 'acme',
  bucket: 'b',
  token: 'a-._~+/=',
}
const V3: InfluxTarget = { ...NOTHING, version: '3', url: 'http://[::1]:8181', database: 'plant' }

describe('the way to an InfluxDB', () => {
  const table: [string, InfluxTarget, string[]][] = [
    ['version 1', V1, []],
    ['version 1 with a login', { ...V1, username: 'eva', password: 'p:w' }, []],
    ['version 2', V2, []],
    ['version 3', V3, []],
    ['nothing', { ...NOTHING, version: '2', url: '' }, ['influxUrl', 'influxOrg', 'influxBucket']],
    ['version 1 without a database', { ...V1, database: ' ' }, ['influxDatabase']],
    ['version 3 without a database', { ...V3, database: '' }, ['influxDatabase']],
    ['a bucket that no URL can hold', { ...V2, bucket: '\ud83d' }, ['influxBucket']],
    ['a colon in the user', { ...V1, username: 'a:b' }, ['influxUsername']],
    ['a password alone', { ...V1, password: 'a' }, ['influxUsername']],
    ['a token with a line break', { ...V2, token: 'abc\n' }, ['influxToken']],
    ['a token that no header can hold', { ...V3, token: '密码' }, ['influxToken']],
  ]
  for (const [what, config, paths] of table) {
    it(`${what}: ${paths.length === 0 ? 'fine' : paths.join(', ')}`, () => {
      assert.deepEqual(
        checkInflux(config).map(({ path }) => path),
        paths,
      )
    })
  }

  const urls: [string, RegExp][] = [
    ['127.0.0.1:8086', /address/],
    ['localhost', /address/],
    ['ftp://db', /address/],
    ['http://', /address/],
    ['http://user:secret@db:8086', /user or password/],
    ['http://db:8086/?db=x', /\?/],
    ['http://db:8086/#x', /#/],
    ['http://db:8086/api/v2', /before \/api\/v2/],
    ['http://db:8086/write/', /before \/write/],
    ['http://db:8086/api/v3/write_lp', /before/],
  ]
  for (const [url, message] of urls) {
    it(`refuses ${url}`, () => {
      const [problem] = checkInflux({ ...V1, url })
      assert.equal(problem?.path, 'influxUrl')
      assert.match(problem.message, message)
    })
  }

  it('is parsed whole or not at all', () => {
    assert.deepEqual(parseInfluxTarget({ ...V2, more: 1 }), V2)
    for (const name of Object.keys(V2)) {
      assert.equal(parseInfluxTarget({ ...V2, [name]: undefined }), undefined, name)
      assert.equal(parseInfluxTarget({ ...V2, [name]: 1 }), undefined, name)
    }
    for (const nothing of [undefined, null, 'http://db', [], { ...V2, version: '4' }]) {
      assert.equal(parseInfluxTarget(nothing), undefined)
    }
  })
})

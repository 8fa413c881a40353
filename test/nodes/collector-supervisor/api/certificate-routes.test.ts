import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../../../lib/contract/fault'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import type { CertificateDecision, CertificatesOf } from '../../../../nodes/collector-supervisor/certificates'
import { AdminServer, type Ask, TOKENS } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'

const PEM = readFileSync(join(__dirname, '../../../../../test/fixtures/certificates/plant.pem'), 'utf8')
const FINGERPRINT = 'ab'.repeat(32)
const NONE: CertificatesOf = { own: null, trusted: [], rejected: [], more: false }
const FACTS = { subject: '', issuer: '', application_uri: null, hosts: [], valid_from: null, valid_to: null, flaws: [] }
const OWN: CertificatesOf = { ...NONE, own: { ...FACTS, fingerprint: FINGERPRINT, pem: PEM } }

describe('The REST routes of certificates', () => {
  let server: AdminServer
  let fleet: FakeFleet
  let decided: CertificateDecision[]

  const open = async (adminAuth: boolean): Promise<void> => {
    server = new AdminServer()
    fleet = new FakeFleet()
    fleet.certificateLists = { 'Line A': OWN, 'Line B': NONE }
    decided = []
    fleet.decided = async (decision) => {
      decided.push(decision)
      return 'it is so'
    }
    mountRoutes(server.red(), fleet)
    await server.open(adminAuth)
  }
  const json = (body: unknown, headers = {}): Ask => ({
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const post = (word: string, body: unknown) => server.ask('POST', `/collectors/certificates/${word}`, json(body))
  afterEach(() => server.close())

  describe('without users', () => {
    beforeEach(() => open(false))

    it('list them by supervisor, or of one', async () => {
      assert.deepEqual((await server.ask('GET', '/collectors/certificates')).json, { 'Line A': OWN, 'Line B': NONE })
      const one = await server.ask('GET', '/collectors/certificates?supervisor=Line%20B')
      assert.deepEqual(one.json, { 'Line B': NONE })
    })

    for (const [format, type] of [
      ['der', 'application/pkix-cert'],
      ['pem', 'application/pem-certificate-chain'],
    ] as const) {
      it(`give our own for the lists of servers, as ${format}`, async () => {
        const path = `/collectors/certificates/own?supervisor=Line%20A&format=${format}`
        const { status, headers } = await server.ask('GET', path)
        assert.equal(status, 200)
        assert.equal(headers['content-type']?.split(';')[0], type)
        assert.equal(headers['content-disposition'], `attachment; filename="node-red-collectors.${format}"`)
        assert.equal(headers['cache-control'], 'no-store')
        const { raw } = new X509Certificate(PEM)
        assert.equal(Number(headers['content-length']), format === 'der' ? raw.length : PEM.length)
      })
    }

    const wrong: [string, number, string][] = [
      ['?supervisor=nobody', 404, 'not-found'],
      ['/own', 400, 'bad-request'],
      ['/own?supervisor=nobody', 404, 'not-found'],
      ['/own?supervisor=Line%20B', 404, 'not-found'],
      ['/own?supervisor=Line%20A&format=key', 400, 'bad-request'],
      ['/own/identity.pem', 404, 'not-found'],
    ]
    for (const [path, status, code] of wrong) {
      it(`answer ${status} to GET ${path}`, async () => {
        const answer = await server.ask('GET', `/collectors/certificates${path}`)
        assert.equal(answer.status, status)
        assert.match(answer.text, new RegExp(`"code":"${code}"`))
      })
    }

    for (const word of ['trust', 'reject', 'forget'] as const) {
      it(`${word} one, however its fingerprint is written, and write that into the audit log`, async () => {
        for (const fingerprint of [FINGERPRINT, new Array(32).fill('AB').join(':')]) {
          const { status, json: reply } = await post(word, { supervisor: 'Line A', fingerprint })
          assert.deepEqual([status, reply], [200, { message: 'it is so' }])
        }
        const decision = { word, supervisor: 'Line A', fingerprint: FINGERPRINT }
        assert.deepEqual(decided, [decision, decision])
        const { word: what, ...about } = decision
        assert.deepEqual(server.audits[0], { level: 98, event: 'collectors.certificates', decision: what, ...about })
      })
    }

    it('have a new one of our own made', async () => {
      assert.equal((await post('renew', { supervisor: 'Line B' })).status, 200)
      assert.deepEqual(decided, [{ word: 'renew', supervisor: 'Line B' }])
    })

    const bodies = [
      undefined,
      [],
      {},
      { supervisor: 'Line A' },
      { fingerprint: FINGERPRINT },
      { supervisor: 7, fingerprint: FINGERPRINT },
      { supervisor: 'Line A', fingerprint: '../../own/identity.pem' },
      { supervisor: 'Line A', fingerprint: `${FINGERPRINT}/../x` },
      { supervisor: 'Line A', fingerprint: [FINGERPRINT] },
      { supervisor: 'Line A', fingerprint: 'a'.repeat(100_000) },
      { supervisor: 'Line A', fingerprint: '__proto__' },
    ]
    for (const body of bodies) {
      it(`trust nothing for ${JSON.stringify(body)?.slice(0, 80)}`, async () => {
        const { status, text } = await post('trust', body)
        assert.equal(status, 400)
        assert.match(text, /"code":"bad-request"/)
        assert.deepEqual([decided, server.audits], [[], []])
      })
    }

    it('say that there is no such supervisor or certificate, or that it could not be done', async () => {
      assert.equal((await post('trust', { supervisor: '__proto__', fingerprint: FINGERPRINT })).status, 404)
      for (const [code, status] of [
        ['not-found', 404],
        ['failed', 409],
      ] as const) {
        fleet.decided = () => Promise.reject(new Fault('config', code, 'because'))
        const answer = await post('trust', { supervisor: 'Line A', fingerprint: FINGERPRINT })
        assert.deepEqual([answer.status, answer.json], [status, { error: 'because', code }])
      }
      fleet.decided = () => Promise.reject(new Error('secret path'))
      const answer = await post('trust', { supervisor: 'Line A', fingerprint: FINGERPRINT })
      assert.equal(answer.status, 500)
      assert.ok(!answer.text.includes('secret'))
    })

    it('refuse a foreign page', async () => {
      for (const word of ['trust', 'reject', 'forget', 'renew']) {
        const headers = { Origin: 'http://evil.example', 'Content-Type': 'text/plain' }
        const { status } = await server.ask('POST', `/collectors/certificates/${word}`, { headers, body: '{}' })
        assert.equal(status, 403)
      }
    })
  })

  it('let a reader read, an operator do all, and nobody else anything', async () => {
    await open(true)
    const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
    const get = (path: string, headers = {}) => server.ask('GET', `/collectors/certificates${path}`, { headers })
    for (const path of ['', '/own?supervisor=Line%20A']) {
      assert.equal((await get(path)).status, 401)
      assert.equal((await get(path, bearer(TOKENS.stranger))).status, 403)
      assert.equal((await get(path, bearer(TOKENS.reader))).status, 200)
    }
    for (const word of ['trust', 'reject', 'forget', 'renew']) {
      const ask = (headers = {}) =>
        server.ask(
          'POST',
          `/collectors/certificates/${word}`,
          json({ supervisor: 'Line A', fingerprint: FINGERPRINT }, headers),
        )
      assert.equal((await ask()).status, 401)
      assert.equal((await ask(bearer(TOKENS.reader))).status, 403)
      assert.equal((await ask(bearer(TOKENS.operator))).status, 200)
    }
    assert.equal(decided.length, 4)
  })
})

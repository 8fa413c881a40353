import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  commonName,
  describeCertificate,
  isFor,
  parseCertificate,
  parseFingerprint,
} from '../../../lib/pki/certificate'
import { signatureAlgorithmOf, splitChain } from '../../../lib/pki/der'
import { ownFlaws } from '../../../lib/pki/flaws'

const fixture = (name: string) =>
  parseCertificate(readFileSync(join(__dirname, '../../../../test/fixtures/certificates', `${name}.pem`))) ??
  assert.fail(name)
const DAY = Date.parse('2030-01-01')

describe('A certificate', () => {
  const plant = () => fixture('plant')

  it('is read with all that tells it from others', () => {
    const { subject, issuer, applicationUri, hosts, fingerprint, validTo } = plant()
    assert.deepEqual(
      { subject, issuer, applicationUri, hosts },
      {
        subject: 'C=DE, O=Plant, CN=PLC 7',
        issuer: 'C=DE, O=Plant, CN=PLC 7',
        applicationUri: 'urn:plant:plc7',
        hosts: ['*.plant.example', 'plc7', '192.168.0.7', '2001:DB8:0:0:0:0:0:7', '10.0.0.7'],
      },
    )
    assert.match(fingerprint, /^[0-9a-f]{64}$/)
    assert.ok(validTo > DAY)
    assert.match(
      describeCertificate(plant()),
      new RegExp(`^"PLC 7", valid until 21\\d\\d-\\d\\d-\\d\\d, SHA-256 ${fingerprint}$`),
    )
  })

  for (const host of ['plc7', 'PLC7', 'a.plant.example', '192.168.0.7', '[2001:db8::7]', '10.0.0.7']) {
    it(`is for ${host}`, () => assert.ok(isFor(plant(), host)))
  }
  for (const host of ['plc', 'plant.example', 'a.b.plant.example', '192.168.0.8', '[2001:db8::8]', 'PLC 7', '']) {
    it(`is not for ${JSON.stringify(host)}`, () => assert.ok(!isFor(plant(), host)))
  }

  it('is for nothing that only its name says', () => assert.ok(!isFor(fixture('curve'), 'curve')))

  it('cannot pretend by the signs in a name that it has others', () => {
    const { hosts, applicationUri } = fixture('tricky')
    assert.deepEqual(hosts, ['x'])
    assert.equal(applicationUri, 'urn:a, IP Address:10.0.0.1, DNS:evil')
  })

  it('is told to be weak when it is signed with SHA-1, or has a short key', () => {
    assert.deepEqual(
      ownFlaws(fixture('sha1'), DAY).map(({ code }) => code),
      ['weak-signature'],
    )
    assert.match(ownFlaws(fixture('sha1'), DAY)[0]?.text ?? '', /SHA-1.*SHA-256 at the server/)
    assert.deepEqual(
      ownFlaws(fixture('short'), DAY).map(({ code }) => code),
      ['weak-key'],
    )
    assert.deepEqual(ownFlaws(fixture('curve'), DAY), [])
    assert.deepEqual(ownFlaws(plant(), DAY), [])
  })

  it('is none when it is too long', () => {
    assert.equal(parseCertificate(Buffer.alloc(70_000, '0')), undefined)
  })
})

describe('The DER of certificates', () => {
  const { der } = fixture('plant')

  it('is split where one ends', () => {
    assert.deepEqual(splitChain(Buffer.concat([der, der])), [der, der])
    assert.deepEqual(splitChain(Buffer.alloc(0)), [])
  })

  it('is none when anything is left over or missing', () => {
    for (const broken of [
      der.subarray(0, -1),
      Buffer.concat([der, Buffer.from([0])]),
      Buffer.from([0x30]),
      Buffer.from([0x30, 0x84, 1, 1, 1, 1]),
    ]) {
      assert.deepEqual(splitChain(broken), [])
    }
  })

  it('cut anywhere does not throw', () => {
    for (let end = 0; end < der.length; end++) assert.doesNotThrow(() => signatureAlgorithmOf(der.subarray(0, end)))
    assert.equal(signatureAlgorithmOf(der), '2a864886f70d01010b')
  })
})

describe('A fingerprint', () => {
  const plain = 'ab'.repeat(32)
  it('may be written with colons and in capitals', () => {
    assert.equal(parseFingerprint(plain), plain)
    assert.equal(parseFingerprint(new Array(32).fill('AB').join(':')), plain)
  })
  for (const other of ['', 'ab', `${plain}a`, `../${plain}`, `${plain.slice(0, -3)}/..`, `${plain}\n`]) {
    it(`is not ${JSON.stringify(other)}`, () => assert.equal(parseFingerprint(other), undefined))
  }
})

describe('The common name', () => {
  it('is the part of a name that people give', () => {
    assert.equal(commonName('C=DE, CN=PLC, 7, O=Plant'), 'PLC, 7')
    assert.equal(commonName('O=Plant'), 'O=Plant')
  })
})

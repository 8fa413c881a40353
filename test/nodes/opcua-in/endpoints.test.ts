import assert from 'node:assert/strict'
import { chooseEndpoint, type Endpoint } from '../../../nodes/opcua-in/endpoints'

const endpoint = (mode: Endpoint['mode'], policy: string): Endpoint => ({
  mode,
  policy,
  certificate: undefined,
  applicationUri: '',
})

describe('Of the endpoints of a server', () => {
  const offered = [
    endpoint('none', 'None'),
    endpoint('sign', 'Basic256Sha256'),
    endpoint('signAndEncrypt', 'Basic128Rsa15'),
    endpoint('signAndEncrypt', 'Basic256Sha256'),
    endpoint('signAndEncrypt', 'Aes128_Sha256_RsaOaep'),
  ]
  it('the safest of the wanted mode is taken', () => {
    const wish = { securityMode: 'signAndEncrypt', securityPolicy: 'auto' } as const
    assert.equal(chooseEndpoint(offered, wish).policy, 'Aes128_Sha256_RsaOaep')
    assert.equal(
      chooseEndpoint([...offered, endpoint('signAndEncrypt', 'Aes256_Sha256_RsaPss')], wish).policy,
      'Aes256_Sha256_RsaPss',
    )
    assert.equal(chooseEndpoint(offered, { ...wish, securityMode: 'sign' }).policy, 'Basic256Sha256')
  })

  it('an old one is taken only when it was picked', () => {
    const old = [endpoint('signAndEncrypt', 'Basic128Rsa15')]
    assert.throws(() => chooseEndpoint(old, { securityMode: 'signAndEncrypt', securityPolicy: 'auto' }), {
      kind: 'link',
      code: 'no-endpoint',
      message: /does not offer security signAndEncrypt auto, it has: signAndEncrypt Basic128Rsa15/,
    })
    assert.equal(chooseEndpoint(old, { securityMode: 'signAndEncrypt', securityPolicy: 'Basic128Rsa15' }), old[0])
  })

  it('none is taken that is less safe than wanted', () => {
    assert.throws(
      () => chooseEndpoint([endpoint('none', 'None')], { securityMode: 'sign', securityPolicy: 'auto' }),
      /it has: none/,
    )
    assert.throws(() => chooseEndpoint([], { securityMode: 'none', securityPolicy: 'auto' }), /it has: nothing/)
  })
})

// The outer shape of X.509 certificates in DER (ITU-T X.690, RFC 5280 4.1): where one ends, and how it was signed.

/** No server needs more: its own, and a few authorities above it. */
const CHAIN_MAX = 10
const SEQUENCE = 0x30
const OBJECT_IDENTIFIER = 0x06

type Element = { tag: number; start: number; end: number }

/** A certificate with those that it was signed by, one after the other (OPC 10000-6, 6.2.6), each by itself; none for anything else. */
export function splitChain(bytes: Buffer): Buffer[] {
  const chain: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    const element = elementAt(bytes, at)
    if (element?.tag !== SEQUENCE || chain.length === CHAIN_MAX) return []
    chain.push(bytes.subarray(at, element.end))
    at = element.end
  }
  return chain
}

/** The object identifier of the algorithm, hexadecimal as it is encoded; '' where it cannot be found. */
export function signatureAlgorithmOf(certificate: Buffer): string {
  const outer = elementAt(certificate, 0)
  const signed = outer && elementAt(certificate, outer.start)
  const algorithm = signed && elementAt(certificate, signed.end)
  const identifier = algorithm && elementAt(certificate, algorithm.start)
  if (identifier?.tag !== OBJECT_IDENTIFIER) return ''
  return certificate.toString('hex', identifier.start, identifier.end)
}

/** undefined where there is none, or not all of it. */
function elementAt(bytes: Buffer, at: number): Element | undefined {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) return undefined
  if (first < 0x80) return within(bytes, { tag, start: at + 2, end: at + 2 + first })
  const digits = first & 0x7f
  if (digits < 1 || digits > 3 || at + 2 + digits > bytes.length) return undefined
  const start = at + 2 + digits
  return within(bytes, { tag, start, end: start + bytes.readUIntBE(at + 2, digits) })
}

function within(bytes: Buffer, element: Element): Element | undefined {
  return element.end <= bytes.length ? element : undefined
}

// The address of a tag: a NodeId as OPC 10000-6, 5.1.12 writes it (`ns=2;s=Motor.Speed`, `nsu=http://plant/;i=5`), and for a
// part of an array its range (OPC 10000-4, 7.27) behind it: `ns=2;s=Profile;range=0:9`.

export type Identifier =
  | { kind: 'numeric'; value: number }
  /** A GUID in capitals, an opaque one in base64. */
  | { kind: 'string' | 'guid' | 'opaque'; value: string }

export type NodeAddress = {
  /** Index in the server's list of namespaces, or the URI that stands there. */
  namespace: number | string
  id: Identifier
  /** '' = the whole value. */
  range: string
}

/** Whose namespace has become an index. */
export type NodeRef = NodeAddress & { namespace: number }

const EXAMPLES = 'ns=2;s=Motor.Speed, nsu=urn:plant;i=5'
const INDEX_MAX = 0xffff
const NUMERIC_MAX = 0xffffffff
/** Of an identifier: characters of a text, bytes of an opaque one (OPC 10000-3, 8.2.1). */
const IDENTIFIER_MAX = 4096
/** Of an address that is quoted. */
const QUOTED_MAX = 200
const GUID = /^[\dA-F]{8}(-[\dA-F]{4}){3}-[\dA-F]{12}$/i
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/
/** No other part may hold a `;` and digits only: what looks like a range at the end is one. */
const RANGE = /^(.*);range=([\d:,]*)$/s

export function parseNodeAddress(address: string): NodeAddress | { problem: string } {
  const text = address.trim()
  const quoted = JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text)
  const [, whole = text, range = ''] = RANGE.exec(text) ?? []
  if (whole !== text && !isRange(range)) return { problem: `${quoted}: "${range}" is no range: write e.g. range=0:9` }
  const parts = /^(?:(ns|nsu)=([^;]*);)?([isgb])=(.*)$/s.exec(whole)
  if (!parts) return { problem: `${quoted} is no NodeId: write e.g. ${EXAMPLES}` }
  const [, form, space = '', kind = '', value = ''] = parts
  const namespace = form === 'nsu' ? unescapeUri(space) : indexOf(form === undefined ? '0' : space, INDEX_MAX)
  if (namespace === undefined) return { problem: `${quoted}: a namespace is a number from 0 to ${INDEX_MAX}` }
  if (namespace === '') return { problem: `${quoted}: nsu= wants the URI of a namespace` }
  const id = identifierOf(kind, value)
  return 'problem' in id ? { problem: `${quoted}: ${id.problem}` } : { namespace, id, range }
}

/** As it is typed; undefined for what nobody could type, e.g. an empty text. */
export function nodeAddressText(address: NodeAddress): string | undefined {
  const { namespace, id, range } = address
  const space =
    typeof namespace === 'string' ? `nsu=${escapeUri(namespace)};` : namespace === 0 ? '' : `ns=${namespace};`
  const text = `${space}${KINDS[id.kind]}=${id.value}${range === '' ? '' : `;range=${range}`}`
  const parsed = parseNodeAddress(text)
  // e.g. a text that ends in what would be read as a range
  const isFaithful =
    'id' in parsed && parsed.namespace === namespace && parsed.id.value === id.value && parsed.range === range
  return isFaithful ? text : undefined
}

/** As a value: always with its namespace, e.g. `ns=0;i=85`; undefined for the null NodeId (OPC 10000-3, 8.2.4). */
export function nodeText({ namespace, id }: NodeAddress): string | undefined {
  if (namespace === 0 && (id.value === 0 || id.value === '')) return undefined
  const space = typeof namespace === 'string' ? `nsu=${escapeUri(namespace)}` : `ns=${namespace}`
  return `${space};${KINDS[id.kind]}=${id.value}`
}

/** The same for the same node at the same server. */
export function nodeKey({ namespace, id }: NodeAddress): string {
  return `${namespace};${id.kind};${id.value}`
}

/** For the field of the tag table: a text says what is wrong. */
export function checkNodeAddress(address: string): string | undefined {
  const parsed = parseNodeAddress(address)
  return 'problem' in parsed ? parsed.problem : undefined
}

/** The NodeId with the index of its namespace; undefined when the server does not list its URI. */
export function resolveAddress(address: NodeAddress, namespaces: readonly string[]): NodeRef | undefined {
  const { namespace } = address
  if (typeof namespace === 'number') return { ...address, namespace }
  const index = namespaces.indexOf(namespace)
  return index < 0 ? undefined : { ...address, namespace: index }
}

function identifierOf(kind: string, value: string): Identifier | { problem: string } {
  switch (kind) {
    case 'i': {
      const number = indexOf(value, NUMERIC_MAX)
      return number === undefined
        ? { problem: `i= wants a number from 0 to ${NUMERIC_MAX}` }
        : { kind: 'numeric', value: number }
    }
    case 's':
      if (value === '') return { problem: 's= wants a text' }
      return isLongerThan(IDENTIFIER_MAX, value)
        ? { problem: `an identifier has at most ${IDENTIFIER_MAX} characters` }
        : { kind: 'string', value }
    case 'g':
      return GUID.test(value) ? { kind: 'guid', value: value.toUpperCase() } : { problem: 'g= wants a GUID' }
    default:
      if (value === '' || !BASE64.test(value)) return { problem: 'b= wants base64' }
      return bytesOf(value) > IDENTIFIER_MAX
        ? { problem: `an identifier has at most ${IDENTIFIER_MAX} bytes` }
        : { kind: 'opaque', value }
  }
}

/** In characters, of which some are two units of a text. */
function isLongerThan(most: number, text: string): boolean {
  return text.length > most && [...text].length > most
}

/** Of base64: four characters for three of them. */
function bytesOf(base64: string): number {
  return (base64.replace(/=+$/, '').length * 3) >> 2
}

function indexOf(text: string, max: number): number | undefined {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  return number <= max ? number : undefined
}

const KINDS = { numeric: 'i', string: 's', guid: 'g', opaque: 'b' } as const satisfies Record<
  Identifier['kind'],
  string
>

function escapeUri(uri: string): string {
  return uri.replace(/%/g, '%25').replace(/;/g, '%3B')
}

/** `;` and `%` are escaped in a URI. */
function unescapeUri(text: string): string {
  return text.replace(/%3B/gi, ';').replace(/%25/g, '%')
}

/** A dimension is `n`, or `n:m` with n below m. */
function isRange(text: string): boolean {
  return text.split(',').every((dimension) => {
    const [, from = '', to] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(dimension) ?? []
    return from !== '' && (to === undefined || Number(from) < Number(to))
  })
}

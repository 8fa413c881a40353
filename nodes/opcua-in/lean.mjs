// What the build does to node-opcua so that a reader's process is small and starts quickly: tables become data instead of code, and
// what is needed once in an installation's life stays in a file of its own. It looks at what it changes, and fails when that is
// not as it was.
import { pathToFileURL } from 'node:url'

/** A plugin of esbuild for the bundle of the reader. */
export const leanOpcua = {
  name: 'lean-opcua',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /node-opcua-constants.dist.opcua_node_ids\.js$/ }, ({ path }) => nodeIds(path))
    onLoad({ filter: /node-opcua-status-code.dist._generated_status_codes\.js$/ }, ({ path }) => statusCodes(path))
    for (const filter of LEFT_OUT) onLoad({ filter }, ({ path }) => leftOut(path))
    // Asked for when a key is made, which is once.
    onResolve({ filter: /^node-opcua-crypto\/web$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: CERTIFICATE_MAKER, external: true } : null,
    )
  },
}

/** What the client brings along and a reader never comes to. */
const LEFT_OUT = [
  // making certificates, and files of keys in all formats
  /node-opcua-crypto.dist.(source.x509|source_nodejs.(pkcs12|read|write)).*\.js$/,
  // folders of certificates
  /node-opcua-pki.dist.lib.index\.js$/,
  // servers found by multicast
  /node-opcua-service-discovery.dist.bonjourHolder\.js$/,
]

/** Beside the reader's bundle. */
const CERTIFICATE_MAKER = './certificate-maker.js'

/** What that file is made of: as a bundle, it has all that the reader's is spared. */
export const certificateMaker = `export {
  CertificatePurpose, createSelfSignedCertificate, generateKeyPair, privateKeyToPEM,
} from 'node-opcua-crypto/web'`

/**
 * 2700 numbers with their names, which TypeScript wrote as so many assignments there and back: compiling these costs 14 MB and 30 ms
 * at each start. As a text they cost the text.
 */
async function nodeIds(path) {
  const tables = Object.entries(await import(pathToFileURL(path)))
  const lines = tables.map(([name, table]) => {
    const named = Object.entries(table).filter(([key]) => !/^\d+$/.test(key))
    const text = named.map(([key, id]) => `${key} ${id}`).join()
    // The last name of a number is what it is called.
    same(table, numbered(text), `${name} of ${path}`)
    return `export const ${name} = /* @__PURE__ */ numbered(${JSON.stringify(text)})`
  })
  return { contents: [numbered, ...lines].join('\n') }
}

function numbered(text) {
  const table = {}
  for (const entry of text.split(',')) {
    const [name, id] = entry.split(' ')
    table[name] = Number(id)
    table[id] = name
  }
  return table
}

/** The same for 250 status codes: objects from a text instead of code that makes each. */
async function statusCodes(path) {
  const { StatusCodes } = await import(pathToFileURL(path))
  const { ConstantStatusCode } = await import(
    pathToFileURL(path.replace('_generated_status_codes', 'opcua_status_code'))
  )
  const rows = []
  const others = []
  for (const [key, code] of Object.entries(StatusCodes)) {
    const { name, value, description } = code
    if (key === name && code.constructor === ConstantStatusCode) rows.push([name, value, description])
    else others.push(key)
  }
  same(others, ['GoodWithOverflowBit'], `status codes of ${path}`)
  return {
    contents: `import { ConstantStatusCode, StatusCode } from './opcua_status_code.js'
export class StatusCodes {}
for (const [name, value, description] of JSON.parse(${JSON.stringify(JSON.stringify(rows))}))
  StatusCodes[name] = new ConstantStatusCode({ name, value, description })
StatusCodes.GoodWithOverflowBit = StatusCode.makeStatusCode(StatusCodes.Good, 'Overflow | InfoTypeDataValue')`,
  }
}

/** A module that offers the same names, and says so when one of them is used. */
async function leftOut(path) {
  const exported = Object.entries(await import(pathToFileURL(path)))
  const stubs = exported.map(([name, value]) =>
    typeof value === 'function'
      ? `export function ${name}() { leftOut('${name}') }`
      : `export const ${name} = new Proxy({}, { get: (_, key) => leftOut(key) })`,
  )
  const thrower = `function leftOut(name) { throw new Error(name + ' is left out of the bundle: see nodes/opcua-in/lean.mjs') }`
  return { contents: [thrower, ...stubs].join('\n') }
}

function same(one, other, what) {
  if (JSON.stringify(one) !== JSON.stringify(other))
    throw new Error(`${what}: not as the build knows it; see nodes/opcua-in/lean.mjs`)
}

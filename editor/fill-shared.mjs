// <shared-part name="status" device="PLC"></shared-part>, a line of its own in a node's html, dialog or help, or within its code
// /* shared-part name="editor" */ -> that part of a file of parts, a <script data-part="status"> each. The other attributes stand for
// __device__ and the like in the part.
import { readFileSync } from 'node:fs'

const PLACEHOLDER = /^( *)(?:<|\/\* )shared-part (.*?)(?:><\/shared-part>| \*\/)$/gm
const ATTRIBUTE = /([\w-]+)="([^"]*)"/g

/** @returns the html with every shared-part replaced; throws for a part that is not there, and for values it lacks or has no use for */
export function fillShared(html, file) {
  const parts = partsOf(readFileSync(file, 'utf8'))
  return html.replace(PLACEHOLDER, (_line, indent, attributes) => {
    const { name, ...values } = Object.fromEntries(
      [...attributes.matchAll(ATTRIBUTE)].map(([, key, value]) => [key, value]),
    )
    const part = parts.get(name)
    if (part === undefined) throw new Error(`${file} has no part ${name}`)
    return fillIn(part, values, `${file}, ${name}`)
      .split('\n')
      .map((line) => indent + line)
      .join('\n')
  })
}

function fillIn(part, values, where) {
  const wanted = new Set([...part.matchAll(/__(\w+?)__/g)].map(([, key]) => key))
  const given = new Set(Object.keys(values))
  const wrong = [...wanted.symmetricDifference(given)]
  if (wrong.length > 0) throw new Error(`${where}: ${wrong.join(', ')} must stand in both or in none`)
  return part.replace(/__(\w+?)__/g, (_place, key) => values[key])
}

/** Name -> its lines, which stand two blanks in. */
function partsOf(text) {
  const found = text.matchAll(/<script type="text\/html" data-part="([\w-]+)">\n(.*?)\n<\/script>/gs)
  return new Map([...found].map(([, name, lines]) => [name, lines.replace(/^ {2}/gm, '')]))
}

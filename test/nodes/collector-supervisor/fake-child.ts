// A child that does what its configuration says, and says what it is told.

import { openSupervisorSocket } from '../../../lib/child/supervisor-socket'
import { parseToChild } from '../../../lib/contract/control'
import { CONTROL_VERSION } from '../../../lib/contract/limits'
import { asRecord } from '../../../lib/contract/parse'

export type Script = {
  /** In place of being ready; without a generation of their own the messages have the right one. */
  says?: object[]
  prints?: string
  /** Then it ends with this code. */
  exits?: number
  /** Neither a message nor a signal makes it stop. */
  deaf?: boolean
  /** Closes its channel, and lives on. */
  closes?: boolean
  /** What it answers to every question; without it there is no answer. */
  answers?: unknown
}

let generation = 0
let script: Script = {}
const keepAlive = setInterval(() => {}, 1000)

const socket = openSupervisorSocket({
  message: (input) => hear(input),
  closed: () => {
    if (!script.deaf) process.exit(0)
  },
})
process.on('SIGTERM', () => {})

function say(message: object, done = (): void => {}): void {
  // Whatever it is: a broken child may say anything.
  Reflect.apply(socket.send, socket, [{ generation, ...message }, done])
}

function hear(input: unknown): void {
  const message = parseToChild(input)
  if (message?.type === 'configure' || message?.type === 'inspect') {
    generation = message.generation
    script = asRecord(message.config) ?? {}
    const { type, config, ...rest } = message
    say({ type: 'log', level: 'info', text: `${type} ${JSON.stringify(rest)}` })
    act()
  } else if (message) {
    say({ type: 'log', level: 'info', text: JSON.stringify(message) })
    if (message.type === 'stop' && !script.deaf) process.exit(0)
    if ('id' in message && script.answers !== undefined) {
      say({ type: 'result', id: message.id, ok: true, data: script.answers })
    }
  }
}

function act(): void {
  const { says = [{ type: 'ready', version: CONTROL_VERSION }], prints, exits, closes } = script
  if (prints !== undefined) process.stdout.write(prints)
  let left = says.length
  const done = (): void => {
    left -= 1
    if (left > 0) return
    if (exits !== undefined) process.exit(exits)
  }
  for (const message of says) say(message, done)
  if (says.length === 0) done()
  if (closes) require('node:fs').closeSync(3)
  keepAlive.ref()
}

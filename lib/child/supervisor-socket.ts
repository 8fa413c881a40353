// The child's end of the control channel: lines of JSON on file descriptor 3. Its closing means that the supervisor is gone.

import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import type { FromChild } from '../contract/control'
import { CONFIGURATION_LINE_MAX, CONTROL_FD } from '../contract/limits'
import { LineSplitter } from '../contract/line-splitter'
import { parseJson } from '../contract/parse'

export type SupervisorSocket = {
  /** Calls `done` when the message is written or lost; never throws. */
  send(message: FromChild, done: () => void): void
  /** False if this process was started without a channel. */
  readonly connected: boolean
}

export function openSupervisorSocket(on: { message(input: unknown): void; closed(): void }): SupervisorSocket {
  const socket = socketAt(CONTROL_FD)
  if (!socket) return { send: (_message, done) => done(), connected: false }
  const lines = new LineSplitter(CONFIGURATION_LINE_MAX)
  let open = true
  const close = (): void => {
    if (!open) return
    open = false
    socket.destroy()
    on.closed()
  }
  socket.on('data', (chunk: Buffer) => {
    for (const line of lines.push(chunk)) on.message(line.cut > 0 ? undefined : parseJson(line.bytes))
  })
  socket.on('error', close)
  socket.on('end', close)
  socket.on('close', close)
  return {
    send(message, done) {
      if (open) socket.write(`${JSON.stringify(message)}\n`, () => done())
      else done()
    },
    get connected() {
      return open
    },
  }
}

function socketAt(fd: number): Socket | undefined {
  try {
    if (!fstatSync(fd).isSocket()) return undefined
    return new Socket({ fd, readable: true, writable: true })
  } catch {
    return undefined
  }
}

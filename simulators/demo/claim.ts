// One demo a folder: two Node-RED would overwrite each other's flow. Who listens at a socket named after the folder has
// it; unlike a file, the socket is free again when its process is gone, however that ended.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export type Claim = {
  /** What others are told that try to claim the folder. */
  announce(news: string): void
  release(): Promise<void>
}

/** @returns the claim, or what its holder announced */
export async function claimFolder(folder: string): Promise<Claim | { heldBy: string }> {
  const path = socketOf(folder)
  try {
    return await listen(path)
  } catch {
    const heldBy = await ask(path)
    if (heldBy !== undefined) return { heldBy }
    // Left behind by a process that was killed.
    rmSync(path, { force: true })
    return listen(path)
  }
}

async function listen(path: string): Promise<Claim> {
  let news = 'it is just starting'
  const server: Server = createServer((socket) => socket.on('error', () => {}).end(news))
  server.listen(path)
  await once(server, 'listening')
  return {
    announce: (text) => {
      news = text
    },
    release: async () => {
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

/** undefined when nobody listens. */
async function ask(path: string): Promise<string | undefined> {
  const socket = connect(path)
  socket.setTimeout(3000, () => socket.destroy(new Error('no answer')))
  try {
    await once(socket, 'connect')
  } catch {
    return undefined
  }
  return text(socket).catch(() => 'it does not answer')
}

/** Not in the folder itself: the name of a socket may have about 100 characters only. */
function socketOf(folder: string): string {
  const name = `collectors-demo-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

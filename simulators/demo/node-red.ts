// Node-RED as a child of the demo.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_LIMIT_MS = 120_000
/** Node-RED stops its collectors first, which may take theirs. */
const STOP_LIMIT_MS = 20_000
const PORTS_TRIED = 50

export class NodeRed {
  /** Settles with the exit code when it has ended, for whatever reason. */
  readonly ended: Promise<number>
  private readonly child: ChildProcess

  /** @param root of the checkout whose Node-RED is used */
  constructor(root: string, folder: string, port: number) {
    const redJs = join(root, 'node_modules', 'node-red', 'red.js')
    const args = [redJs, '--settings', join(__dirname, 'settings.js'), '--userDir', folder, '--port', String(port)]
    this.child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.ended = once(this.child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1))
  }

  /** Settles when the page answers; false when Node-RED has ended or takes too long. */
  async answersAt(url: string): Promise<boolean> {
    const deadline = performance.now() + START_LIMIT_MS
    while (this.isAlive() && performance.now() < deadline) {
      if (await answers(url)) return true
      await sleep(200)
    }
    return false
  }

  async stop(): Promise<void> {
    if (!this.isAlive()) return
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS)
    // Node-RED's own way to be stopped on every operating system.
    this.child.send('shutdown', () => {})
    await this.ended
    clearTimeout(late)
  }

  private isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }
}

/** The first free port from `first` upwards. */
export async function freePortFrom(first: number, host: string): Promise<number> {
  for (let port = first; port < first + PORTS_TRIED; port++) {
    const server = createServer()
    try {
      server.listen(port, host)
      await once(server, 'listening')
      server.close()
      await once(server, 'close')
      return port
    } catch {
      // taken, or not allowed
    }
  }
  throw new Error(`no free port from ${first} to ${first + PORTS_TRIED - 1}`)
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 2000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

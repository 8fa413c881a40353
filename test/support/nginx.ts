// Debian's nginx in front of a server of this computer, with connections to it that are kept open. Where there is no nginx its
// tests are skipped loudly, or fail under CI.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './node-red'
import { until } from './until'

const PATHS = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx']
const START_MS = 10_000

export class Nginx {
  readonly url: string
  readonly #folder: string
  readonly #child: ChildProcess

  private constructor(url: string, folder: string, child: ChildProcess) {
    this.url = url
    this.#folder = folder
    this.#child = child
  }

  /** For `before`: skips the suite, or throws, where there is no such program. */
  static async inFrontOf(context: Mocha.Context, serverPort: number): Promise<Nginx> {
    const program = nginxProgram()
    return program === undefined ? withoutNginx(context) : Nginx.start(program, serverPort)
  }

  static async start(program: string, serverPort: number): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), 'collectors-nginx-'))
    const port = await freePort()
    writeFileSync(join(folder, 'nginx.conf'), configuration(port, serverPort, folder))
    const child = spawn(program, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let words = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      words += chunk
    })
    const nginx = new Nginx(`http://127.0.0.1:${port}`, folder, child)
    try {
      await until(() => child.exitCode !== null || existsSync(join(folder, 'pid')), START_MS)
      if (child.exitCode !== null) throw new Error(`nginx ended: ${words}`)
      return nginx
    } catch (error) {
      await nginx.dispose()
      throw error
    }
  }

  async dispose(): Promise<void> {
    const child = this.#child
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** undefined where there is none. */
export function nginxProgram(): string | undefined {
  return [process.env.NGINX, ...PATHS].find((path) => path !== undefined && existsSync(path))
}

function withoutNginx(context: Mocha.Context): never {
  const advice = 'there is no nginx: set NGINX to its path'
  if (process.env.CI) throw new Error(advice)
  console.warn(`      ${advice.toUpperCase()}. What needs it is not tested.`)
  return context.skip()
}

/** As nginx's own documentation shows it for a keep-alive upstream and for WebSocket. */
function configuration(port: number, serverPort: number, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
worker_processes 1;
pid pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n  ')}
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream gateway { server 127.0.0.1:${serverPort}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://gateway;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
`
}

// The package as users get it: packed, and installed by npm from the tarball, without running any script.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PACKAGE_ROOT } from './node-red'

const NPM_MS = 300_000

export type Tarball = { path: string; files: string[]; remove(): void }

/** Packs what the last build made; `npm pack` itself would build again under the feet of the running tests. */
export function packPackage(): Tarball {
  const folder = mkdtempSync(join(tmpdir(), 'collectors-packed-'))
  const answer = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], PACKAGE_ROOT)
  const parsed: unknown = JSON.parse(answer)
  const [packed] = Array.isArray(parsed) ? parsed : Object.values(Object(parsed))
  const [name] = readdirSync(folder)
  if (name === undefined) throw new Error(`nothing was packed: ${answer}`)
  const files = packed.files.map(({ path }: { path: string }) => path)
  return { path: join(folder, name), files, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Installs into a user folder as the palette manager does, but for the scripts, and without any registry. */
export function installTarball(tarball: string, userDir: string): void {
  makeUserFolder(userDir)
  const args = ['install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--engine-strict', tarball]
  npm(args, userDir, withoutRegistry(userDir))
}

/** As Node-RED finds it before anything was installed. */
export function makeUserFolder(userDir: string): void {
  mkdirSync(userDir, { recursive: true })
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'user', version: '1.0.0', private: true }))
}

/** Settings of npm, as variables of an environment: nothing is asked for, and nothing is known from before. */
export function withoutRegistry(userDir: string): Record<string, string> {
  return { npm_config_offline: 'true', npm_config_cache: join(userDir, 'empty-cache') }
}

/** Another Node-RED, installed for the tests; returns the folder of its package. */
export function installNodeRed(version: string): { folder: string; remove(): void } {
  const prefix = mkdtempSync(join(tmpdir(), 'collectors-node-red-'))
  writeFileSync(join(prefix, 'package.json'), JSON.stringify({ name: 'older', version: '1.0.0', private: true }))
  npm(['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', `node-red@${version}`], prefix)
  return {
    folder: join(prefix, 'node_modules', 'node-red'),
    remove: () => rmSync(prefix, { recursive: true, force: true }),
  }
}

function npm(args: string[], cwd: string, settings: Record<string, string> = {}): string {
  // npm's own settings of the run that started the tests must not leak into this one.
  const env = { ...withoutNpm(process.env), ...settings }
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', timeout: NPM_MS, stdio: ['ignore', 'pipe', 'pipe'] })
}

function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.toLowerCase().startsWith('npm_')))
}

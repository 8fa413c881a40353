// The package as a copy whose processes can be made to misbehave by signals. Collectors: on SIGUSR2 they become stubborn, which is to
// loop for ever, deaf to everything but SIGKILL; on SIGALRM they take all memory that there is. Historians: on SIGUSR2 they find every
// queue damaged from then on, by whatever connection they look at it.

import { appendFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_NAME, PACKAGE_ROOT } from './node-red'
import { STUBBORN, seenProcess } from './processes'
import { until } from './until'

const BE_STUBBORN = `
process.on('SIGUSR2', () => { process.title = '${STUBBORN}'; for (;;) {} })
`
/** 1 GB a second, outside of V8's heap, which is limited. */
const TAKE_MEMORY = `
process.on('SIGALRM', () => { for (const all = []; ; ) all.push(Buffer.alloc(2 ** 23, 1)) })
`

/** As if the memory were bad in which a historian keeps what it has read of a queue. */
const SPOIL_QUEUES = `
process.on('SIGUSR2', () => {
  const { prototype } = require('node:sqlite').StatementSync
  for (const method of ['get', 'all', 'run']) {
    const sound = prototype[method]
    prototype[method] = function (...values) {
      if (!/\\b(message|claim|queue|quick_check)\\b/.test(this.sourceSQL)) return sound.apply(this, values)
      throw Object.assign(new Error('database disk image is malformed'), { errcode: 11 })
    }
  }
})
`

/** For `install` of a NodeRed. */
export function installStubbornPackage(userDir: string): void {
  const folder = join(userDir, 'node_modules', PACKAGE_NAME)
  mkdirSync(folder, { recursive: true })
  cpSync(join(PACKAGE_ROOT, 'package.json'), join(folder, 'package.json'))
  for (const part of ['lib', 'nodes'])
    cpSync(join(PACKAGE_ROOT, 'dist', part), join(folder, 'dist', part), { recursive: true })
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(folder, 'node_modules'))
  appendFileSync(join(folder, 'dist', 'nodes', 'modbus-in', 'collector.js'), BE_STUBBORN + TAKE_MEMORY)
  appendFileSync(join(folder, 'dist', 'lib', 'historian', 'process.js'), SPOIL_QUEUES)
  const dependencies = { [PACKAGE_NAME]: '*' }
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'test', version: '1.0.0', dependencies }))
}

export function makeLeak(pid: number): void {
  process.kill(pid, 'SIGALRM')
}

/** Settles when the process really does nothing else any more. */
export async function makeStubborn(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR2')
  await until(() => seenProcess(pid)?.name === STUBBORN, 5_000)
}

// The package as a copy whose collectors can be made stubborn: on SIGUSR2 they loop for ever, deaf to everything but SIGKILL.

import { appendFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_NAME, PACKAGE_ROOT } from './node-red'
import { STUBBORN, seenProcess } from './processes'
import { until } from './until'

/** For `install` of a NodeRed. */
export function installStubbornPackage(userDir: string): void {
  const folder = join(userDir, 'node_modules', PACKAGE_NAME)
  mkdirSync(folder, { recursive: true })
  cpSync(join(PACKAGE_ROOT, 'package.json'), join(folder, 'package.json'))
  for (const part of ['lib', 'nodes'])
    cpSync(join(PACKAGE_ROOT, 'dist', part), join(folder, 'dist', part), { recursive: true })
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(folder, 'node_modules'))
  appendFileSync(
    join(folder, 'dist', 'nodes', 'modbus-in', 'collector.js'),
    `\nprocess.on('SIGUSR2', () => { process.title = '${STUBBORN}'; for (;;) {} })\n`,
  )
  const dependencies = { [PACKAGE_NAME]: '*' }
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'test', version: '1.0.0', dependencies }))
}

/** Settles when the process really does nothing else any more. */
export async function makeStubborn(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR2')
  await until(() => seenProcess(pid)?.name === STUBBORN, 5_000)
}

// Where a measurement was taken.

import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { asRecord, asText } from '../../lib/contract/parse'
import { PACKAGE_ROOT } from '../../test/support/node-red'

export type Fact = { name: string; value: string }

/** To be asked before anything is measured, since one of the facts is how busy the machine is with other things. */
export function machineFacts(now: Date): Fact[] {
  const [cpu] = cpus()
  const [minute = 0] = loadavg()
  return [
    { name: 'Date', value: now.toISOString().slice(0, 10) },
    { name: 'CPU', value: `${cpu?.model ?? 'unknown'}, ${cpus().length} cores` },
    { name: 'Memory', value: `${(totalmem() / 2 ** 30).toFixed(0)} GiB` },
    { name: 'System', value: `${type()} ${release()}` },
    { name: 'Node.js', value: process.versions.node },
    { name: 'Node-RED', value: versionOf(join(PACKAGE_ROOT, 'node_modules', 'node-red')) },
    { name: 'This package', value: versionOf(PACKAGE_ROOT) },
    { name: 'Load of the machine before the start', value: minute.toFixed(1) },
  ]
}

function versionOf(folder: string): string {
  const description: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return asText(asRecord(description)?.version, 100) ?? 'unknown'
}

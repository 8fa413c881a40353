// Real processes of OPC UA readers, in their sandbox as in Node-RED, that are killed after each test.

import { join, resolve } from 'node:path'
import { LIVE_CAPACITY_BYTES } from '../../../lib/contract/limits'
import { Queue } from '../../../lib/queue/queue'
import { collectorProgram } from '../../../nodes/collector-supervisor/sandbox'
import { Child, configureFor } from '../../lib/collector/child'
import { rawConfig, type ShortTag } from './config'
import { newFolder } from './reader-bench'

const SCRIPT = resolve(__dirname, '../../../nodes/opcua-in/collector.js')
/** As the supervisor's property is by default. */
export const MEMORY_LIMIT_MB = 256

const running: { child: Child; live: Queue }[] = []

export function startReader(tags: ShortTag[], others: object): Child {
  const [folder, path] = [newFolder(), join(newFolder(), 'live')]
  const live = Queue.create(path, { capacityBytes: LIVE_CAPACITY_BYTES })
  const { args, env } = collectorProgram(SCRIPT, MEMORY_LIMIT_MB, { folder })
  const child = new Child({ args, env })
  running.push({ child, live })
  child.send({ ...configureFor(path, rawConfig(tags, { interval: 100, ...others })), folder })
  return child
}

/** For afterEach, before the folders go. */
export async function killReaders(): Promise<void> {
  for (const { child, live } of running.splice(0)) {
    await child.kill()
    live.destroy()
  }
}

// The process that Node-RED starts when it ends. Children that notice the end finish by themselves and keep what they have gathered;
// one that cannot, because it loops for ever, is killed here, so that it does not outlive its deadline by much.

import { ORPHAN_GRACE_MS } from '../../lib/contract/lifecycle'
import { signalGroup } from './process-group'
import { processEnded } from './process-identity'

/** A busy machine is slow to tell them that Node-RED is gone, ms. */
const LATE_MS = 1_000

async function reap(orphan: string): Promise<void> {
  const [pid = '', startTime = ''] = orphan.split('=', 2)
  const isOver = await processEnded({ pid: Number(pid), startTime }, ORPHAN_GRACE_MS + LATE_MS)
  if (!isOver) signalGroup(Number(pid), 'SIGKILL')
}

for (const orphan of process.argv.slice(2)) void reap(orphan)

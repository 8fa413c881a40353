// The demo: simulated devices, and a Node-RED with a flow and a dashboard for them. Started by scripts/start.mjs, stopped
// by Ctrl-C. HOST (127.0.0.1) and PORT (1880, or the next free one) in the environment change where Node-RED listens.

import { join } from 'node:path'
import { messageOf } from '../../lib/contract/fault'
import { claimFolder } from './claim'
import { type Ports, prepareFolder } from './folder'
import { misbehave } from './mischief'
import { startMixer } from './mixer'
import { freePortFrom, NodeRed } from './node-red'
import { PLANT_DEVICES, startPlant } from './plant'

const ROOT = join(__dirname, '..', '..', '..')
const FOLDER = join(ROOT, '.demo')

async function main(): Promise<number> {
  const claim = await claimFolder(FOLDER)
  if ('heldBy' in claim) {
    console.error(`The demo runs already: ${claim.heldBy}`)
    return 1
  }
  const stopped = untilStopped()
  const plant = await startPlant()
  const mixer = await startMixer((error) => console.error(`The simulated mixer did not start: ${messageOf(error)}`))
  const ports: Ports = { ...plant.ports, mixer: mixer.port }
  const behave = misbehave(plant.devices['pump-station'], () => performance.now())
  try {
    prepareFolder(ROOT, FOLDER, ports, new Date().toISOString().replaceAll(':', '-'))
    const host = process.env.HOST ?? '127.0.0.1'
    const port = process.env.PORT ? Number(process.env.PORT) : await freePortFrom(1880, host)
    const url = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`
    const nodeRed = new NodeRed(ROOT, FOLDER, port)
    const ready = nodeRed.answersAt(url).then((answers) => {
      if (!answers) return
      claim.announce(url)
      console.log(banner(url, ports))
    })
    const code = await Promise.race([nodeRed.ended, stopped])
    await nodeRed.stop()
    await ready
    return code
  } finally {
    behave()
    await plant.close()
    await mixer.close()
    await claim.release()
  }
}

function banner(url: string, ports: Ports): string {
  const devices = PLANT_DEVICES.map((name) => `${name} (port ${ports[name]})`).join(', ')
  return [
    '',
    `  Editor     ${url}`,
    `  Dashboard  ${url}/dashboard`,
    '',
    `  Simulated devices on 127.0.0.1: ${devices} speak Modbus TCP,`,
    `  the mixer (port ${ports.mixer}) OPC UA. It is there some seconds later.`,
    '  The pump station misbehaves now and then, on purpose.',
    '  Your changes are kept in .demo; delete that folder to start afresh. Ctrl-C stops everything.',
    '',
  ].join('\n')
}

/** Settles with the exit code when somebody wants the demo to end. */
function untilStopped(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(0))
    // Whoever started this is gone.
    process.on('disconnect', () => resolve(0))
  })
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(messageOf(error))
    process.exit(1)
  },
)

// The watch for Node-RED's own end, on the signals of this very process: they are only emitted, not sent.

import assert from 'node:assert/strict'
import { type ShutdownWatch, watchShutdown } from '../../../nodes/collector-supervisor/shutdown'

const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGBREAK']
/** Nobody else in this process listens to it. */
const SIGNAL = 'SIGHUP'

describe('the watch for the end of Node-RED', () => {
  const watches: ShutdownWatch[] = []
  let begunWhenClosing: boolean | undefined
  /** As Node-RED does, which closes its nodes on a signal. */
  const nodeRed = (): void => {
    begunWhenClosing = watches.at(-1)?.begun
  }
  const watch = (atExit: () => void = () => {}): ShutdownWatch => {
    const made = watchShutdown(atExit)
    watches.push(made)
    return made
  }
  const listeners = (): number[] => SIGNALS.map((signal) => process.listenerCount(signal))

  beforeEach(() => {
    begunWhenClosing = undefined
    process.on(SIGNAL, nodeRed)
  })
  afterEach(() => {
    for (const made of watches.splice(0)) made.disarm()
    process.removeListener(SIGNAL, nodeRed)
  })

  it('notices a signal before Node-RED closes its nodes', () => {
    const made = watch()
    made.arm()
    assert.equal(made.begun, false)
    process.emit(SIGNAL)
    assert.deepEqual([begunWhenClosing, made.begun], [true, true])
  })

  it('does not listen to a signal that would end the process without it', () => {
    process.removeListener(SIGNAL, nodeRed)
    watch().arm()
    assert.equal(process.listenerCount(SIGNAL), 0)
  })

  it('notices nothing before it is armed, nor after it is disarmed', () => {
    const made = watch()
    process.emit(SIGNAL)
    assert.equal(made.begun, false)
    made.arm()
    made.disarm()
    process.emit(SIGNAL)
    assert.equal(made.begun, false)
    made.arm()
    process.emit(SIGNAL)
    assert.equal(made.begun, true)
  })

  it('has one listener however often it is armed, and none in the end', () => {
    const before = listeners()
    const exits = process.listenerCount('exit')
    const made = watch()
    for (let time = 0; time < 3; time++) made.arm()
    assert.equal(process.listenerCount(SIGNAL), 2)
    assert.equal(process.listenerCount('exit'), exits + 1)
    for (let time = 0; time < 3; time++) made.disarm()
    assert.deepEqual([listeners(), process.listenerCount('exit')], [before, exits])
  })

  it('calls for the last time at the exit of the process, while it is armed', () => {
    let calls = 0
    const atExit = (): void => {
      calls += 1
    }
    const made = watch(atExit)
    const exit = (): void => {
      for (const listener of process.listeners('exit')) if (listener === atExit) Reflect.apply(listener, process, [0])
    }
    exit()
    made.arm()
    exit()
    made.disarm()
    exit()
    assert.equal(calls, 1)
  })
})

// The nodes of the benchmark's flows, loaded by the Node-RED that is measured.

import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red'
import { asNumber, asRecord, asText } from '../../lib/contract/parse'
import { fleet } from '../../nodes/collector-supervisor/fleet'
import type { FlowMessage } from '../../nodes/collector-supervisor/flow-message'
import { equalMessage, tagNames } from './equal-message'
import { Meter } from './meter'

type StreamsDef = NodeDef & { streams: number; values: number; interval: number }
type SinkDef = NodeDef & { values: number }

/** How often the source with a timer sends what is due: as often as the live queue is drained. */
const TIMER_MS = 20

function register(RED: NodeAPI): void {
  const meter = new Meter()
  fleet.subscribe({
    event: (event) => {
      if (event.kind === 'status' && event.to === 'running') meter.running(event.name)
    },
  })

  /** Counts values, and nothing else: what it is measured with must cost little. */
  RED.nodes.registerType('bench-count', function (this: Node, definition: SinkDef) {
    RED.nodes.createNode(this, definition)
    const { values } = definition
    this.on('input', (message, _send, done) => {
      meter.count(asReading(message), values)
      done()
    })
  })

  RED.nodes.registerType('bench-arrivals', function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition)
    this.on('input', (message, _send, done) => {
      meter.note(asReading(message))
      done()
    })
  })

  /** The cost of the flow alone: the same messages from within Node-RED. */
  RED.nodes.registerType('bench-timer', function (this: Node, definition: StreamsDef) {
    RED.nodes.createNode(this, definition)
    const { streams, values, interval } = definition
    const names = tagNames(values)
    const startedAt = performance.now()
    let sent = 0
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startedAt) / interval) * streams)
      for (; sent < due; sent++) this.send(equalMessage(`stream ${sent % streams}`, names, sent))
    }, TIMER_MS)
    this.on('close', () => clearInterval(timer))
  })

  /** The same messages by `child.send` from as many child processes. */
  RED.nodes.registerType('bench-children', function (this: Node, definition: StreamsDef) {
    RED.nodes.createNode(this, definition)
    const { streams, values, interval } = definition
    const children: ChildProcess[] = []
    for (let stream = 0; stream < streams; stream++) {
      const child = fork(join(__dirname, 'producer.js'), [`stream ${stream}`, String(values), String(interval)])
      // The very object that the child sent goes on into the flow.
      child.on('message', (message: FlowMessage) => this.send(message))
      children.push(child)
    }
    this.on('close', (done: () => void) => {
      void Promise.all(children.map(endOf)).then(done, done)
    })
  })

  RED.httpAdmin.get('/bench/meter', (_request, response) => void response.json(meter.read()))
  RED.httpAdmin.get('/bench/timestamps', ({ query }, response) => {
    const { reader, from } = asRecord(query) ?? {}
    response.json(meter.timestamps(asText(reader, 1000) ?? '', asNumber(Number(from)) ?? 0))
  })
  RED.httpAdmin.get('/bench/return', ({ query }, response) => {
    const { reader, killedAt, killedTime } = asRecord(query) ?? {}
    const name = asText(reader, 1000) ?? ''
    response.json(meter.returnOf(name, asNumber(Number(killedAt)) ?? 0, asNumber(Number(killedTime)) ?? 0))
  })
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

/** What comes in has been sent by a reader or by one of the sources above. */
function asReading(message: NodeMessageInFlow): FlowMessage {
  return message as unknown as FlowMessage
}

export = register

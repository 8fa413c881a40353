// A Node-RED with the packed package, whose processes tell what memory they hold after a garbage collection.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FlowNode, NodeRed, processIsAlive } from '../../test/support/node-red'
import { installTarball, packPackage } from '../../test/support/packed-package'
import { until } from '../../test/support/until'
import { PROBE_SIGNAL } from './probe-signal'
import { type ProbedMemory, parseProbedMemory } from './probed-memory'

const PROBE = join(__dirname, 'memory-probe.js')
/** A heap snapshot takes some seconds. */
const ANSWER_MS = 60_000

export class ProbedNodeRed {
  readonly nodeRed: NodeRed
  /** Where probes and heap snapshots are written. */
  readonly folder: string

  private constructor(nodeRed: NodeRed, folder: string) {
    this.nodeRed = nodeRed
    this.folder = folder
  }

  static async start(flows: FlowNode[]): Promise<ProbedNodeRed> {
    const folder = mkdtempSync(join(tmpdir(), 'collectors-endurance-'))
    const [userDir, probes] = [join(folder, 'user'), join(folder, 'probes')]
    mkdirSync(probes)
    try {
      const tarball = packPackage()
      try {
        installTarball(tarball.path, userDir)
      } finally {
        tarball.remove()
      }
      const launcher = ['env', `NODE_OPTIONS=--require=${PROBE}`, `MEMORY_PROBE_FOLDER=${probes}`]
      return new ProbedNodeRed(await NodeRed.start({ flows, userDir, launcher }), probes)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** The memory of a process after a garbage collection; undefined where it ends meanwhile. */
  async probe(pid: number, { snapshot = false } = {}): Promise<ProbedMemory | undefined> {
    const before = this.#answers(pid).length
    const wanted = join(this.folder, `${pid}.snapshot`)
    if (snapshot) writeFileSync(wanted, '')
    if (!processIsAlive(pid)) return undefined
    process.kill(pid, PROBE_SIGNAL)
    let answer: ProbedMemory | undefined
    await until(
      () => {
        answer = this.#answers(pid)[before]
        return (answer !== undefined && !existsSync(wanted)) || !processIsAlive(pid)
      },
      ANSWER_MS,
      20,
    )
    return answer
  }

  /** Whole lines only: one may be on its way. */
  #answers(pid: number): ProbedMemory[] {
    const file = join(this.folder, `${pid}.jsonl`)
    if (!existsSync(file)) return []
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    return lines.map(parseProbedMemory).filter((memory) => memory !== undefined)
  }

  async dispose({ keepSnapshots = false } = {}): Promise<void> {
    try {
      await this.nodeRed.dispose()
    } finally {
      const folder = join(this.folder, '..')
      rmSync(keepSnapshots ? this.nodeRed.userDir : folder, { recursive: true, force: true })
    }
  }
}

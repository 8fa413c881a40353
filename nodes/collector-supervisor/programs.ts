// The programs of a supervisor's processes, behind its wall, and the folders that they may use.

import { join } from 'node:path'
import type { ChildProgram } from './child'
import type { OperatorLog } from './operator-log'
import { makePrivateFolder } from './private-files'
import type { ProcessSpec } from './process-spec'
import { certificateFiles, collectorProgram, historianProgram } from './sandbox'
import type { SupervisorWall } from './supervisor-wall'

type Parts = {
  /** Of the supervisor. */
  folder: string
  wall: SupervisorWall
  memoryLimitMb(): number
  log: OperatorLog
}

export class Programs {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  of(spec: ProcessSpec): ChildProgram {
    return spec.type === 'historian' ? this.historian(spec) : this.collector(spec)
  }

  collector(spec: Pick<ProcessSpec, 'script' | 'sandbox' | 'folder' | 'device'>): ChildProgram {
    const { script, sandbox, device } = spec
    const { wall, memoryLimitMb } = this.#parts
    const program = collectorProgram(script, memoryLimitMb(), { sandbox, folder: this.folder(spec) })
    return wall.aroundReader(program, device === undefined ? [] : [device])
  }

  historian({ script }: Pick<ProcessSpec, 'script'>): ChildProgram {
    const { wall, memoryLimitMb, folder } = this.#parts
    const program = historianProgram(script, memoryLimitMb(), folder)
    return wall.aroundHistorian(program, certificateFiles(program.env))
  }

  /** Path of the folder that a process may read and write besides, which is made; undefined = none. */
  folder({ folder }: Pick<ProcessSpec, 'folder'>): string | undefined {
    if (folder === undefined) return undefined
    const path = join(this.#parts.folder, folder)
    this.#parts.log.guardFile(() => makePrivateFolder(path))
    return path
  }
}

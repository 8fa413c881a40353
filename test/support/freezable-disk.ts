// A folder on a disk of its own that can be made to stand still, as one does under a snapshot or when it dies: ext4 on a loop
// device, which only root may have. Without it the tests are skipped loudly, also under CI, whose containers may have none.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inOwnMounts } from './small-shared-memory'

const SIZE_BYTES = 64 * 2 ** 20
const LIMIT_MS = 10_000

export class FreezableDisk {
  readonly #folder: string
  readonly #image: string
  #isFrozen = false
  #pid: number | undefined

  private constructor(folder: string) {
    this.#folder = folder
    this.#image = join(mkdtempSync(join(tmpdir(), 'collectors-disk-')), 'disk.img')
    writeFileSync(this.#image, '')
    truncateSync(this.#image, SIZE_BYTES)
  }

  /** For this folder; undefined where the machine allows none. */
  static make(folder: string): FreezableDisk | undefined {
    const disk = new FreezableDisk(folder)
    const isMade = spawnSync('mkfs.ext4', ['-q', '-F', disk.#image], { timeout: LIMIT_MS }).status === 0
    const [command = '', ...args] = disk.launcher
    if (isMade && spawnSync(command, [...args, 'true'], { timeout: LIMIT_MS }).status === 0) return disk
    disk.dispose()
    return undefined
  }

  /** For NodeRedOptions.launcher. */
  get launcher(): string[] {
    return inOwnMounts(`mkdir -p '${this.#folder}' && mount -o loop '${this.#image}' '${this.#folder}'`)
  }

  /** As the process sees it: whoever writes to it stands still from now on. */
  freeze(pid: number): void {
    this.#pid = pid
    this.#isFrozen = true
    execFileSync('fsfreeze', ['--freeze', `/proc/${pid}/root${this.#folder}`], { timeout: LIMIT_MS })
  }

  thaw(): void {
    if (!this.#isFrozen) return
    this.#isFrozen = false
    execFileSync('fsfreeze', ['--unfreeze', `/proc/${this.#pid}/root${this.#folder}`], { timeout: LIMIT_MS })
  }

  dispose(): void {
    this.thaw()
    rmSync(join(this.#image, '..'), { recursive: true, force: true })
  }
}

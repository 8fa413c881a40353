// The folder of certificates as one reader uses it: what is trusted, what it has met, what it took for being the first. A reader
// looks anew each time that it connects.

import { rmSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault, messageOf } from '../../lib/contract/fault'
import type { Certificate } from '../../lib/pki/certificate'
import { certificatesIn, makePart, readSmallJson, replaceWhole, writeOnce } from '../../lib/pki/files'
import type { Flaw } from '../../lib/pki/flaws'
import {
  certificateFile,
  endpointFile,
  firstUseJson,
  type Meeting,
  meetingsFile,
  parseAcquaintance,
  parseFirstUse,
  parseMeetings,
  REJECTED_MAX,
  withMeeting,
} from '../../lib/pki/records'

/** Who connects, and to what. */
export type Place = { reader: string; endpoint: string }

export class Pki {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** `more`: there are files that were not looked at. */
  async trusted(): Promise<{ certificates: Certificate[]; more: boolean }> {
    const { files, more } = await certificatesIn(makePart(this.folder, 'trusted'))
    return { certificates: files.map(({ certificate }) => certificate), more }
  }

  /** DER of what was taken at this endpoint for being the first. */
  async firstUse({ endpoint }: Place): Promise<Buffer | undefined> {
    const known = parseFirstUse(await readSmallJson(join(this.folder, 'first-use', endpointFile(endpoint))))
    return known?.certificate
  }

  /** Takes it for this endpoint. false: another one was taken meanwhile. */
  takeFirst({ reader, endpoint }: Place, { der }: Certificate, now: number): boolean {
    const path = join(makePart(this.folder, 'first-use'), endpointFile(endpoint))
    return writeOnce(path, JSON.stringify(firstUseJson({ reader, endpoint, since: iso(now), certificate: der })))
  }

  /** Fingerprint of the certificate that this endpoint was last talked to with. */
  async before({ endpoint }: Place): Promise<string | undefined> {
    const known = parseAcquaintance(await readSmallJson(join(this.folder, 'endpoints', endpointFile(endpoint))))
    return known?.fingerprint
  }

  /** This endpoint is talked to with it, from now on or again. */
  remember({ reader, endpoint }: Place, { fingerprint }: Certificate, now: number): void {
    const path = join(makePart(this.folder, 'endpoints'), endpointFile(endpoint))
    replaceWhole(path, JSON.stringify({ reader, endpoint, since: iso(now), fingerprint }))
    for (const file of [certificateFile(fingerprint), meetingsFile(fingerprint)]) {
      rmSync(join(this.folder, 'rejected', file), { force: true })
    }
  }

  /** Kept for somebody who will look at it; of too many the oldest goes. */
  async reject(place: Place, { der, fingerprint }: Certificate, flaws: Flaw[], now: number): Promise<void> {
    const folder = makePart(this.folder, 'rejected')
    const met: Meeting = { ...place, since: iso(now), flaws }
    const path = join(folder, meetingsFile(fingerprint))
    const meetings = withMeeting(parseMeetings(await readSmallJson(path)), met)
    replaceWhole(path, JSON.stringify(meetings))
    replaceWhole(join(folder, certificateFile(fingerprint)), der)
    await makeRoom(folder)
  }
}

/** What the file system says against it: a Fault that is tried again, since somebody may mend it. */
export function folderFault(folder: string, thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  return new Fault('link', 'pki-unusable', `the folder of certificates ${folder} cannot be used: ${messageOf(thrown)}`)
}

async function makeRoom(folder: string): Promise<void> {
  const kept = (await readdir(folder)).filter((name) => name.endsWith('.der'))
  if (kept.length <= REJECTED_MAX) return
  const aged = await Promise.all(
    kept.map(async (name) => ({ name, time: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
  )
  aged.sort((one, other) => one.time - other.time)
  for (const { name } of aged.slice(0, kept.length - REJECTED_MAX)) {
    for (const file of [name, name.replace(/der$/, 'json')])
      rmSync(join(folder, file), { force: true, recursive: true })
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

// Readers and simulated devices that are closed after each test.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import { opcuaReader } from '../../../nodes/opcua-in/reader'
import { type DeviceOptions, OpcuaDevice } from '../../../simulators/opcua/opcua-device'
import { until } from '../../support/until'
import { configOf, type ShortTag } from './config'

export const never = new AbortController().signal
const closers: (() => Promise<void> | void)[] = []

export async function deviceOf(options: DeviceOptions = {}): Promise<OpcuaDevice> {
  const device = await OpcuaDevice.start(options)
  closers.push(() => device.close())
  return device
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'collector-test-'))
  closers.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Reads often, and is told soon. */
export function readerOf(endpoint: string, tags: ShortTag[], others: object = {}, folder = newFolder()) {
  const logged: string[] = []
  const config = configOf(tags, { endpoint, interval: 50, ...others })
  const reader = opcuaReader.create(config, (level, text) => logged.push(`${level}: ${text}`), folder)
  closers.push(() => reader.close())
  return { reader, logged, folder }
}

/** Reads until a reading is as wanted. */
export async function readUntil(
  reader: Reader,
  wanted: (reading: Reading) => boolean,
  deadlineMs = 10_000,
): Promise<Reading> {
  let last: Reading | undefined
  await until(
    async () => {
      last = await reader.read(never)
      return wanted(last)
    },
    deadlineMs,
    20,
  ).catch((error: unknown) => {
    if (error instanceof Fault) throw error
    throw new Error(`${error}; the last one was ${JSON.stringify({ ...last, bad: [...(last?.bad ?? [])] })}`)
  })
  if (!last) throw new Error('nothing was read')
  return last
}

/** For afterEach. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

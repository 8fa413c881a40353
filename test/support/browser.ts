// A real Chromium for tests. Without one they are skipped loudly, or fail under CI.

import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** Where screenshots go, for people to look at. */
export const SHOTS = join(tmpdir(), 'collector-shots')

const KNOWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** For `before`: skips the suite, or throws, where there is no Chromium. Playwright gives it a user data folder of its own. */
export async function startChromium(context: Mocha.Context): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM, ...KNOWN].find((path) => path !== undefined && existsSync(path))
  if (executablePath !== undefined) return chromium.launch({ executablePath, headless: true, args: FLAGS })
  if (process.env.CI) throw new Error('there is no Chromium: set CHROMIUM to its path')
  console.warn('      NO CHROMIUM: what needs a browser is not tested. Set CHROMIUM to its path.')
  return context.skip()
}

// A real Chromium for the tests of what people see.

import { existsSync } from 'node:fs'
import type { Context } from 'mocha'
import { type Browser, chromium } from 'playwright-core'

const PATHS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']

/** For before(): without a browser the tests are skipped, loudly, and under CI they fail. */
export async function startBrowser(context: Context): Promise<Browser> {
  const executablePath = PATHS.find((path) => path !== undefined && existsSync(path))
  if (executablePath) return chromium.launch({ executablePath, args: FLAGS })
  if (process.env.CI) throw new Error('the browser tests need Chromium: install it, or set CHROMIUM to its path')
  console.warn('      NO CHROMIUM: what people see is not tested. Install it, or set CHROMIUM to its path.')
  return context.skip()
}

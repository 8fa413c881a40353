// Tests in two processes at once: those in a browser and those of single parts keep a core busy, the others, of the whole, wait for most
// of their time.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Patterns of mocha, and of what it leaves out. The MELSEC reader's tests wait for silent devices, too: so both lanes take as long. */
const BUSY = ['dist/test/{browser,examples,editor,lib}/**', 'dist/test/nodes/!(melsec-in)/**']
const LANES = {
  'in a browser, and of parts': BUSY.map((folder) => `${folder}/*.test.js`),
  'of the whole': ['dist/test/**/*.test.js', ...BUSY.flatMap((folder) => ['--ignore', folder])],
}

/** Left to itself, Node 24 turned in circles for ever while it cleaned up after 5000 tests (Environment::CleanupHandles). */
const END = ['--exit']

/** Each lane's report is shown as a whole when it has ended, the last lane's while it runs. Returns the exit code for all. */
export async function runLanes(node, mocha, args) {
  const folder = mkdtempSync(join(tmpdir(), 'collector-tests-'))
  const names = Object.keys(LANES)
  const shown = names.at(-1)
  try {
    const ended = names.map((name, index) => {
      const counts = join(folder, `${index}.json`)
      return lane(node, [mocha, ...LANES[name], ...args, ...END], counts, name === shown)
    })
    const results = await Promise.all(ended)
    results.forEach(({ output }, index) => {
      if (output !== '') console.log(`\nTests ${names[index]}:\n${output}`)
    })
    return conclude(results)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function lane(node, args, counts, isShown) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TEST_COUNTS: counts, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) }
    const child = spawn(node, args, {
      env,
      stdio: ['inherit', isShown ? 'inherit' : 'pipe', isShown ? 'inherit' : 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', () => resolve({ output, ...countsIn(counts) }))
  })
}

/** A lane that ended before it could count has failed. */
function countsIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    console.error('A lane of tests ended before its time: see its report.')
    return {
      passes: 0,
      failures: 1,
      pending: 0,
      failed: [{ title: 'a lane of tests', message: 'ended before its time' }],
    }
  }
}

function conclude(results) {
  const sum = (count) => results.reduce((total, result) => total + result[count], 0)
  const [passes, failures, pending] = [sum('passes'), sum('failures'), sum('pending')]
  // Repeated at the end: the reports above have thousands of lines.
  for (const { title, message } of results.flatMap(({ failed }) => failed)) console.log(`FAILED ${title}: ${message}`)
  console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
  return failures > 0 ? 1 : 0
}

// What became of the memory of processes that ran for long, as Markdown. MiB if nothing else is said.

import { markdownTable } from '../measure/table'
import type { Grown, Mark } from './growth'
import { residentOf } from './kernel-memory'
import { type Sample, slopePerHour } from './slope'

/** The last mark of a process in one line. */
export function lineOf({ name, marks }: Grown): string {
  const mark = marks.at(-1)
  return mark ? `${name}: ${cells(mark).join('  ')}` : name
}

function cells({ count, probed, kernel }: Mark): string[] {
  const { heapUsedMb, heapHeldMb, codeMb, externalMb } = probed
  const { anonymousMb, fileMb, sharedMb, arenaMb } = kernel
  const mb = [heapUsedMb, codeMb, heapHeldMb, externalMb, arenaMb, anonymousMb, fileMb, sharedMb, residentOf(kernel)]
  return [String(count), ...mb.map((value) => value.toFixed(2))]
}

export function growthReport(grown: readonly Grown[]): string {
  const header = [
    '',
    'cycles or resets',
    'heap used',
    'of it code',
    'heap held',
    'external',
    'malloc arena',
    'anonymous',
  ]
  const rows = grown.flatMap(({ name, marks }) => marks.map((mark, index) => [index === 0 ? name : '', ...cells(mark)]))
  const slopes = grown.map(({ name, resident, descriptors, threads }) => {
    const parts = [0, 1, 2, 3].map((part) => quarter(resident, part))
    return [name, ...parts.map((samples) => slopePerHour(samples).toFixed(1)), String(descriptors), String(threads)]
  })
  return `${markdownTable([...header, 'file', 'shared', 'resident'], rows)}

${markdownTable(['resident, MiB/hour, in each quarter', '1', '2', '3', '4', 'descriptors', 'threads'], slopes)}`
}

function quarter(samples: readonly Sample[], part: number): Sample[] {
  return samples.slice(Math.floor((part * samples.length) / 4), Math.floor(((part + 1) * samples.length) / 4))
}

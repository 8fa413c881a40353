// CPU and memory of all processes of a supervisor, at an interval.

import pidusage from 'pidusage'

export type Usage = { cpuPercent: number; memoryMb: number }

const MEGABYTE = 2 ** 20

/** One look at the given pids. One that has just gone is missing in the answer. */
export async function measure(pids: number[]): Promise<Map<number, Usage>> {
  const usages = new Map<number, Usage>()
  // One by one: a single pid that is gone would fail the whole list.
  await Promise.all(
    pids.map(async (pid) => {
      try {
        const { cpu, memory } = await pidusage(pid)
        usages.set(pid, { cpuPercent: cpu, memoryMb: memory / MEGABYTE })
      } catch {
        // Gone since.
      }
    }),
  )
  return usages
}

/** pidusage remembers every pid it has seen; this lets it forget them. */
export function forgetMeasurements(): void {
  pidusage.clear()
}

export type Measured = { readonly pid: number | undefined; measured(usage: Usage): void }

/** Measures again and again until it is stopped; a slow look is not overtaken by the next. */
export function startMeter(intervalMs: number, processes: () => Iterable<Measured>): { stop(): void } {
  let busy = false
  const look = async (): Promise<void> => {
    const running = [...processes()].map((process) => ({ process, pid: process.pid }))
    const usages = await measure(running.flatMap(({ pid }) => pid ?? []))
    for (const { process, pid } of running) {
      const usage = pid === undefined || process.pid !== pid ? undefined : usages.get(pid)
      if (usage) process.measured(usage)
    }
  }
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    void look().finally(() => {
      busy = false
    })
  }, intervalMs)
  return { stop: () => clearInterval(timer) }
}

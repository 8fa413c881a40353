import assert from 'node:assert/strict'
import { NAME_MAX_LENGTH, parseCommand } from '../../../lib/contract/command'

describe('a command', () => {
  const commands: { input: unknown; command: unknown }[] = [
    { input: 'get_status', command: { command: 'get_status' } },
    { input: { command: 'get_status' }, command: { command: 'get_status' } },
    { input: { command: 'get_status', name: 'oven' }, command: { command: 'get_status', name: 'oven' } },
    { input: { command: 'get_status', name: '' }, command: { command: 'get_status' } },
    { input: { command: 'start', name: 'oven' }, command: { command: 'start', name: 'oven' } },
    { input: { command: 'stop', name: 'oven' }, command: { command: 'stop', name: 'oven' } },
    { input: { command: 'restart', name: 'oven', more: 1 }, command: { command: 'restart', name: 'oven' } },
    { input: { command: 'start-all' }, command: { command: 'start-all' } },
    { input: { command: 'stop-all', name: 'oven' }, command: { command: 'stop-all' } },
  ]
  for (const { input, command } of commands) {
    it(`is ${JSON.stringify(command)} from ${JSON.stringify(input)}`, () =>
      assert.deepEqual(parseCommand(input), command))
  }

  const problems: { input: unknown; problem: RegExp }[] = [
    { input: undefined, problem: /expected "get_status" or/ },
    { input: null, problem: /expected "get_status" or/ },
    { input: 'start', problem: /expected "get_status" or/ },
    { input: [], problem: /expected "get_status" or/ },
    { input: {}, problem: /^no command given; there are get_status, start, stop, restart, start-all, stop-all$/ },
    { input: { command: 5 }, problem: /^no command given/ },
    { input: { command: 'explode' }, problem: /^unknown command "explode"/ },
    { input: { command: 'START', name: 'oven' }, problem: /^unknown command "START"/ },
    { input: { command: 'x'.repeat(100_000) }, problem: /^no command given/ },
    { input: { command: 'start' }, problem: /^start needs the name of a process$/ },
    { input: { command: 'stop', name: '' }, problem: /^stop needs the name/ },
    { input: { command: 'stop', name: 5 }, problem: /^stop needs the name/ },
    { input: { command: 'stop', name: 'x'.repeat(NAME_MAX_LENGTH + 1) }, problem: /^stop needs the name/ },
  ]
  for (const { input, problem } of problems) {
    it(`is none in ${JSON.stringify(input)?.slice(0, 60)}`, () => {
      const parsed = parseCommand(input)
      assert.ok('problem' in parsed)
      assert.match(parsed.problem, problem)
    })
  }
})

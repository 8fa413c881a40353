// The client of this package (`/client`): follows the process table of a Node-RED from a browser or another program.

export type { Command, CommandResult } from '../contract/command'
export type { ProcessEvent } from '../contract/process-event'
export type { ProcessRow } from '../contract/process-row'
export type { ProcessorStatus } from '../contract/processor-status'
export { CommandError, type CommandErrorCode } from './command-error'
export type { ClientState, Socket } from './line'
export {
  type ProcessListener,
  type ProcessorListener,
  type ProcessorWatch,
  type ProcessWatch,
  type Watch,
  type WatchOptions,
  watchProcesses,
  watchProcessor,
} from './watch'

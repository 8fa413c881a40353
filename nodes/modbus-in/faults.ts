// What a connection can fail with, in words that say what to look at.

import { Fault, messageOf } from '../../lib/contract/fault'

const CLOSED = { code: 'connection-closed', text: 'the device closed the connection; does it allow one client only?' }

// biome-ignore format: a table, one line an error
const problems = new Map<string, { code: string; text: string }>([
  ['ECONNREFUSED', { code: 'connection-refused', text: 'refuses connections; is Modbus TCP switched on in the device, is the port right?' }],
  ['ETIMEDOUT', { code: 'connection-timeout', text: 'does not answer; is the device on, is the address right, does a firewall block it?' }],
  ['EHOSTUNREACH', { code: 'host-unreachable', text: 'cannot be reached; is the device on, is its cable plugged in, is the address right?' }],
  ['ENETUNREACH', { code: 'host-unreachable', text: 'cannot be reached; has this computer a route to that network?' }],
  ['ENOTFOUND', { code: 'name-unknown', text: 'no host has this name; is it spelled right? An IP address will do as well' }],
  ['EAI_AGAIN', { code: 'name-unknown', text: 'the name could not be looked up; does the name server answer? An IP address will do as well' }],
  ['ECONNRESET', CLOSED],
  ['EPIPE', CLOSED],
])

/** The failure with this name (`ECONNREFUSED`) of a connection to `target` (`host:port`); told by its cause if the name says nothing. */
export function linkFault(errno: string, target: string, cause?: unknown): Fault {
  const { code, text } = problems.get(errno) ?? {
    code: 'connection-failed',
    // an AggregateError, with one error for each address of a name, has no message of its own
    text: (cause === undefined ? '' : messageOf(cause)) || errno || 'the connection failed',
  }
  return new Fault('link', code, `${target}: ${text}`, { cause })
}

/** Any error of a socket. */
export function socketFault(error: unknown, target: string): Fault {
  const errno = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return linkFault(errno, target, error)
}

// What a network can fail with, in words that say what to look at.

import { Fault, messageOf } from '../contract/fault'

export type Problem = { code: string; text: string }

/** The other end closed a connection that had worked. */
export const CONNECTION_CLOSED = 'connection-closed'
export const CONNECTION_REFUSED = 'connection-refused'
export const NO_ANSWER = 'no-answer'
/** We have ended the connection. */
export const STOPPED = 'stopped'
/** The other end closed a connection on which it had answered nothing. */
export const CLOSED_AT_ONCE = 'connection-closed-at-once'

const CLOSED = {
  code: CONNECTION_CLOSED,
  text: 'the device closed the connection; was it restarted, or does another client take its place?',
}
const PORT_ADVICE = 'is the port right?'
const UNKNOWN_NAME = 'An IP address will do as well'
export const OUT_OF_FILES = {
  code: 'too-many-files',
  text: 'this computer has too many open files; look for a program that leaks them, or raise the limit',
}

// biome-ignore format: a table, one line an error
const problems = new Map<string, Problem>([
  ['ETIMEDOUT', { code: 'connection-timeout', text: 'does not answer; is the device on, is the address right, does a firewall block it?' }],
  ['EHOSTUNREACH', { code: 'host-unreachable', text: 'cannot be reached; is the device on, is its cable plugged in, is the address right?' }],
  ['EHOSTDOWN', { code: 'host-unreachable', text: 'cannot be reached; is the device on, is its cable plugged in, is the address right?' }],
  ['ENETUNREACH', { code: 'host-unreachable', text: 'cannot be reached; has this computer a route to that network?' }],
  ['ENETDOWN', { code: 'network-down', text: 'the network of this computer is down; is its own cable plugged in, is the interface up?' }],
  ['EADDRNOTAVAIL', { code: 'no-own-address', text: 'this computer has no address or no free port to connect from; is its network up, is the address one of its own kind?' }],
  ['EADDRINUSE', { code: 'no-own-address', text: 'this computer has no free port left to connect from; does a program leave its connections open?' }],
  ['ENOTFOUND', { code: 'name-unknown', text: `no host has this name; is it spelled right? ${UNKNOWN_NAME}` }],
  ['EAI_AGAIN', { code: 'name-unknown', text: `the name could not be looked up; does the name server answer? ${UNKNOWN_NAME}` }],
  ['EACCES', { code: 'no-permission', text: 'this computer does not allow the connection; is it a broadcast address, does a firewall on this computer block it?' }],
  ['EPERM', { code: 'no-permission', text: 'this computer does not allow the connection; does a firewall on this computer block it?' }],
  ['EMFILE', OUT_OF_FILES],
  ['ENFILE', OUT_OF_FILES],
  ['ECONNRESET', CLOSED],
  ['ECONNABORTED', CLOSED],
  ['EPIPE', CLOSED],
  ['CLOSED_AT_ONCE', { code: CLOSED_AT_ONCE, text: 'closed the connection at once: many devices serve one client only; is another program, or another reader, connected to it?' }],
])

/** Whether the other end closed the connection. */
export function isClose(thrown: unknown): thrown is Fault {
  return thrown instanceof Fault && (thrown.code === CONNECTION_CLOSED || thrown.code === CLOSED_AT_ONCE)
}

/** The failure with this name (`ECONNREFUSED`) of a connection to `target` (`host:port`); told by its cause if the name says nothing. */
export function linkFault(errno: string, target: string, cause?: unknown): Fault {
  return faultOf(problems.get(errno), errno, target, cause)
}

/** Any error of a TCP socket; `advice` is what to look at when the port is refused. */
export function socketFault(error: unknown, target: string, advice = PORT_ADVICE): Fault {
  return refusedFault(error, target, `refuses connections; ${advice}`)
}

/** Any error of a UDP socket; `advice` is what to look at when the port is closed. */
export function datagramFault(error: unknown, target: string, advice = PORT_ADVICE): Fault {
  return refusedFault(error, target, `nothing listens on this UDP port; ${advice}`)
}

function refusedFault(error: unknown, target: string, text: string): Fault {
  const errno = errnoOf(error)
  const problem = errno === 'ECONNREFUSED' ? { code: CONNECTION_REFUSED, text } : problems.get(errno)
  return faultOf(problem, errno, target, error)
}

/**
 * Of a device that can be reached, as far as anybody can tell, and answers nothing: `who` begins the sentence ("the device is connected
 * but"), `look` ends it with what to look at.
 */
export function noAnswerFault(
  { who, look }: { who: string; look: string },
  requests: number,
  timeoutMs: number,
  instead?: string,
): Fault {
  const unanswered = requests === 1 ? 'a request' : `${requests} requests`
  const seen = instead === undefined ? '' : ` What came instead: ${instead}`
  return new Fault('link', NO_ANSWER, `${who} left ${unanswered} unanswered for ${timeoutMs} ms; ${look}${seen}`)
}

/** The end of a connection that we wanted. */
export function stoppedFault(target: string): Fault {
  return new Fault('link', STOPPED, `the connection to ${target} was closed by the collector`)
}

/** In the words of the problem, or, without one, of the cause. */
export function faultOf(problem: Problem | undefined, errno: string, target: string, cause: unknown): Fault {
  const { code, text } = problem ?? {
    code: 'connection-failed',
    // an AggregateError, with one error for each address of a name, has no message of its own
    text: (cause === undefined ? '' : messageOf(cause)) || errno || 'the connection failed',
  }
  return new Fault('link', code, `${target}: ${text}`, { cause })
}

export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

// What a link can fail with, in words that say what to look at.

import { Fault, messageOf } from '../../../lib/contract/fault'

type Problem = { code: string; text: string }

/** The other end closed a connection that had worked. */
export const CONNECTION_CLOSED = 'connection-closed'

const CLOSED = {
  code: CONNECTION_CLOSED,
  text: 'the device closed the connection; was it restarted, or does another client take its place?',
}
const UNKNOWN_NAME = 'An IP address will do as well'
const OUT_OF_FILES = {
  code: 'too-many-files',
  text: 'this computer has too many open files; look for a program that leaks them, or raise the limit',
}

// biome-ignore format: a table, one line an error
const problems = new Map<string, Problem>([
  ['ECONNREFUSED', { code: 'connection-refused', text: 'refuses connections; is Modbus TCP switched on in the device, is the port right?' }],
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
  ['CLOSED_AT_ONCE', { code: 'connection-closed-at-once', text: 'closed the connection at once: many devices serve one client only; is another program, or another reader, connected to it?' }],
])

// biome-ignore format: a table, one line an error
const udpProblems = new Map<string, Problem>([
  ['ECONNREFUSED', { code: 'connection-refused', text: 'nothing listens on this UDP port; does the device speak Modbus over UDP, is the port right?' }],
])

const NO_PORT = {
  code: 'port-unknown',
  text: 'there is no such serial port; is the adapter plugged in? The names in /dev/serial/by-id do not change from one start to the next',
}
const NO_PERMISSION = {
  code: 'no-permission',
  text: 'Node-RED has no permission to open the port; add its user to the group dialout (uucp or tty on some systems) and start it anew, in a container map the port into it',
}
const BUSY = {
  code: 'port-busy',
  text: 'the port is in use; close the other program, or read all units of this line in one reader',
}
const GONE = {
  code: 'port-gone',
  text: 'the port is gone; was the adapter unplugged? It is opened again when it is back',
}
const NO_SERIAL = { code: 'port-unknown', text: 'this is no serial port; is the name right?' }
const SETTINGS = {
  code: 'line-unsupported',
  text: 'the port does not take these settings; does the adapter support this baud rate, these data bits, stop bits and parity?',
}

/** serialport tells what happened in words: those of the C library (in English, as Node sets no locale), or of its Windows part. */
const serialProblems: readonly [says: RegExp, problem: Problem][] = [
  [/cannot lock port|resource busy|device or resource busy/i, BUSY],
  // Windows says so of a port that is in use; it has no other reason
  [/opening .*access denied/i, BUSY],
  [/baud rate|invalid argument|parameter is incorrect|SetCommState|invalid (data|stop) bits|invalid parity/i, SETTINGS],
  [/permission denied|operation not permitted|access is? ?denied/i, NO_PERMISSION],
  [/inappropriate ioctl|not a typewriter|is a directory|not a tty/i, NO_SERIAL],
  [
    /input\/output error|\bEIO\b|no such device|\bENXIO\b|\bENODEV\b|bad file descriptor|operation aborted|invalid handle|error code (22|31|433|1167)\b/i,
    GONE,
  ],
  [/no such file|file not found/i, NO_PORT],
  [/too many open files/i, OUT_OF_FILES],
]

/** The failure with this name (`ECONNREFUSED`) of a connection to `target` (`host:port`); told by its cause if the name says nothing. */
export function linkFault(errno: string, target: string, cause?: unknown): Fault {
  return faultOf(problems.get(errno), errno, target, cause)
}

/** Any error of a TCP socket. */
export function socketFault(error: unknown, target: string): Fault {
  return linkFault(errnoOf(error), target, error)
}

/** Any error of a UDP socket. */
export function datagramFault(error: unknown, target: string): Fault {
  const errno = errnoOf(error)
  return faultOf(udpProblems.get(errno) ?? problems.get(errno), errno, target, error)
}

/** Any error of a serial port. */
export function serialFault(error: unknown, target: string): Fault {
  const text = messageOf(error)
  return faultOf(serialProblems.find(([says]) => says.test(text))?.[1], errnoOf(error), target, error)
}

/** serialport has no time limit of its own, nor has a driver. */
export function stuckFault(target: string, what: 'does not open' | 'does not send'): Fault {
  return new Fault('link', 'port-stuck', `${target}: the port ${what}; plug the adapter in anew`)
}

/** Whether there is no serialport, or one that does not fit. */
export function noSerialport(error: unknown, installed: boolean): Fault {
  const text = installed
    ? `the package serialport does not load on this computer: ${messageOf(error)}; install it anew in Node-RED's user folder (npm install serialport)`
    : "a serial port needs the package serialport; install it in Node-RED's user folder (npm install serialport), then start this reader again"
  return new Fault('config', installed ? 'serialport-broken' : 'serialport-missing', text, { cause: error })
}

/** The end of a connection that we wanted. */
export function stoppedFault(target: string): Fault {
  return new Fault('link', 'stopped', `the connection to ${target} was closed by the collector`)
}

function faultOf(problem: Problem | undefined, errno: string, target: string, cause: unknown): Fault {
  const { code, text } = problem ?? {
    code: 'connection-failed',
    // an AggregateError, with one error for each address of a name, has no message of its own
    text: (cause === undefined ? '' : messageOf(cause)) || errno || 'the connection failed',
  }
  return new Fault('link', code, `${target}: ${text}`, { cause })
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

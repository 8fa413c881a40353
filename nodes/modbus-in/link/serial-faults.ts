// What a serial port can fail with, in words that say what to look at.

import { Fault, messageOf } from '../../../lib/contract/fault'
import { errnoOf, faultOf, OUT_OF_FILES, type Problem } from '../../../lib/net/faults'

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
  [/inappropriate ioctl|not a typewriter|is a directory|not a tty/i, NO_SERIAL],
  [/baud rate|invalid argument|parameter is incorrect|SetCommState|invalid (data|stop) bits|invalid parity/i, SETTINGS],
  [/permission denied|operation not permitted|access is? ?denied/i, NO_PERMISSION],
  [
    /input\/output error|\bEIO\b|no such device|\bENXIO\b|\bENODEV\b|bad file descriptor|operation aborted|invalid handle|error code (22|31|433|1167)\b/i,
    GONE,
  ],
  [/no such file|file not found/i, NO_PORT],
  [/too many open files/i, OUT_OF_FILES],
]

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

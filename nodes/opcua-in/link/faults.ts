// What connecting can fail with, in words that say what to look at.

import { Fault, messageOf } from '../../../lib/contract/fault'
import { unreadableFault } from './unreadable'

/** Servers refuse certificates and addresses in this way, too. */
export const ENDED_BY_SERVER = 'ended-by-server'

const REJECTED_BY_SERVER =
  'the server does not trust this computer yet: find its certificate among the rejected ones of the server, and trust it there'

/** First row that fits holds. The names are those of OPC 10000-4, 7.38.2. */
// biome-ignore format: a table, one line an error
const problems: [pattern: RegExp, code: string, text: string][] = [
  [/ECONNREFUSED/, 'connection-refused', 'refuses connections; is its OPC UA server switched on, is the port right?'],
  [/ENOTFOUND|EAI_AGAIN/, 'name-unknown', 'the name cannot be looked up; is it spelled right? An IP address will do as well'],
  [/EHOSTUNREACH|ENETUNREACH/, 'host-unreachable', 'cannot be reached; is it on, is its cable plugged in, is the address right?'],
  [/BadIdentityTokenRejected|BadUserAccessDenied|BadIdentityTokenInvalid/, 'login-refused', 'the server does not let this user in: check user name, password and rights'],
  [/Cannot find .* user token policy/, 'login-unknown', 'the server does not know this way to log in: choose another one'],
  [/BadTooManySessions/, 'too-many-sessions', 'the server has no room for another session: close other clients, or wait until theirs time out'],
  [/BadCertificateUntrusted|BadSecurityChecksFailed|BadCertificateUseNotAllowed/, 'own-certificate-refused', REJECTED_BY_SERVER],
  [/BadCertificateTimeInvalid/, 'own-certificate-time', 'the server takes our certificate for expired or not yet valid: are the clocks of both right?'],
  [/BadCertificateUriInvalid/, 'own-certificate-uri', 'the server says that our certificate is for another application: make a new one'],
  [/BadSecurityModeRejected|BadSecurityPolicyRejected/, 'security-refused', 'the server refuses this security: choose another mode or policy'],
  [/BadTcpEndpointUrlInvalid/, 'endpoint-unknown', 'the server does not know this address: compare the path behind the port with its settings'],
  [/BadTcpMessageTooLarge|BadResponseTooLarge|BadRequestTooLarge|max chunk|max message/i, 'message-too-large', 'an answer is larger than this reader accepts'],
  [/BadShutdown|BadServerHalted/, 'server-stopping', 'the server is about to stop'],
  // node-opcua tells the timeout that it had set, too
  [/hadError/, 'connection-closed', 'closed the connection'],
  [/BadTimeout|ETIMEDOUT|[Tt]imeout|timed out/, 'no-answer', 'does not answer in time; is it on, is the address right, does a firewall block it?'],
  [/ECONNRESET|EPIPE|disconnected by third party|socket|premature|closed|Closed|canceled/, 'connection-closed', 'closed the connection'],
]

/** What `login-refused` means for those who do not log in with a password. */
const LOGINS = {
  username: undefined,
  anonymous: 'the server lets nobody in without a user: choose a user name, or a certificate',
  certificate:
    'the server does not let this certificate in: trust it there among the certificates of users, and check its rights',
}

/** Anything that connecting was rejected with; a Fault says it already, unless a server said it. */
export function connectFault(thrown: unknown, target: string, login: keyof typeof LOGINS = 'username'): Fault {
  if (thrown instanceof Fault && thrown.code !== ENDED_BY_SERVER) return thrown
  const unreadable = unreadableFault(thrown)
  if (unreadable) return new Fault('link', 'malformed-message', `${target}: ${unreadable.message}`, { cause: thrown })
  // What servers write behind the status are words of their own.
  const said = thrown instanceof Fault ? (statusIn(thrown.message) ?? '') : messageOf(thrown)
  const found = problems.find(([pattern]) => pattern.test(said))
  if (!found && thrown instanceof Fault) return thrown
  if (!found) return new Fault('link', 'connection-failed', `${target}: ${firstLine(said)}`, { cause: thrown })
  const [, code, words] = found
  const text = (code === 'login-refused' && LOGINS[login]) || words
  return new Fault('link', code, `${target}: ${text}`, { cause: thrown })
}

/** A service that the server refused (its code is the status), or that it did not answer. */
export function serviceFault(thrown: unknown, service: string): Fault {
  if (thrown instanceof Fault) return thrown
  const unreadable = unreadableFault(thrown)
  if (unreadable) return unreadable
  const said = messageOf(thrown)
  const status = statusIn(said)
  const gone = /Session|Channel|ConnectionClosed|Timeout|Shutdown|ServerHalted|Communication/
  if (status !== undefined && !gone.test(status)) {
    return new Fault('device', status, `${service}: the server says ${status}`, { cause: thrown })
  }
  const text = status === undefined ? firstLine(said) : `the server says ${status}`
  return new Fault('link', status ?? 'service-failed', `${service}: ${text}`, { cause: thrown })
}

/** Vendors have statuses without a name. */
function statusIn(text: string): string | undefined {
  return /\b(Bad[A-Z]\w+|0x[89A-F][0-9A-F]{7})/.exec(text)?.[0]
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? ''
}

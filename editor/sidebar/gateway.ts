// How the sidebar talks to the Node-RED whose editor it stands in: with the editor's own token, below its own address.

import { CommandError, type CommandErrorCode } from '../../lib/client/command-error'
import { ERROR_CODES } from '../../lib/contract/monitor'
import { asOneOf, asRecord, asText } from '../../lib/contract/parse'

/** Of the editor, with a slash at the end. */
export function editorUrl(): string {
  const url = new URL(RED.settings.apiRootUrl || '.', document.location.href.replace(/[?#].*$/, ''))
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}

/** undefined where nobody has to log in. */
export function accessToken(): string | undefined {
  return asText(asRecord(RED.settings.get('auth-tokens'))?.access_token, 100_000)
}

export function mayControl(): boolean {
  return RED.user.hasPermission('collector-supervisor.write')
}

/** An answer of the REST routes. Rejects with a CommandError. */
export async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const token = accessToken()
  const response = await fetch(`${editorUrl()}collectors/${path}`, {
    method,
    headers: {
      Accept: 'application/json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(method === 'POST' && { 'Content-Type': 'application/json' }),
    },
    ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw new CommandError('unavailable', error instanceof Error ? error.message : String(error))
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok) return answer
  const failure = asRecord(answer)
  const code: CommandErrorCode = asOneOf(failure?.code, ERROR_CODES) ?? 'internal'
  throw new CommandError(code, asText(failure?.error, 10_000) ?? `HTTP ${response.status}`)
}

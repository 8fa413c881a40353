// How the sidebar talks to the Node-RED whose editor it stands in: with the editor's own token, below its own address.

import { CommandError, type CommandErrorCode } from '../../lib/client/command-error'
import { messageOf } from '../../lib/contract/fault'
import { ERROR_CODES } from '../../lib/contract/monitor'
import { asOneOf, asRecord, asText } from '../../lib/contract/parse'

/** Of the editor, with a slash at the end. */
export function editorUrl(): string {
  const url = new URL(RED.settings.apiRootUrl || '.', document.location.href.replace(/[?#].*$/, ''))
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}

/** undefined where no login is needed. */
export function accessToken(): string | undefined {
  return asText(asRecord(RED.settings.get('auth-tokens'))?.access_token, 100_000)
}

export function mayControl(): boolean {
  return RED.user.hasPermission('collector-supervisor.write')
}

/** An answer of the REST routes. Rejects with a CommandError. */
export async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  return (await fetched(method, path, body)).json()
}

/** Into a file of the user's. Rejects with a CommandError. */
export async function download(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await (await fetched('GET', path)).blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

const PATIENCE_MS = 30_000

async function fetched(method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
  const token = accessToken()
  const response = await fetch(`${editorUrl()}collectors/${path}`, {
    method,
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(method === 'POST' && { 'Content-Type': 'application/json' }),
    },
    ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: unknown) => {
    throw new CommandError('unavailable', messageOf(error))
  })
  if (response.ok) return response
  const failure = asRecord(await response.json().catch(() => undefined))
  const code: CommandErrorCode = asOneOf(failure?.code, ERROR_CODES) ?? 'internal'
  throw new CommandError(code, asText(failure?.error, 10_000) ?? `HTTP ${response.status}`)
}

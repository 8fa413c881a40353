// What a child says, without the secrets that it was given: a device or a server may repeat them to it, in whatever encoding.

import type { FromChild } from '../../lib/contract/control'
import type { TextField } from '../../lib/contract/fields'
import { asRecord } from '../../lib/contract/parse'
import { type Hide, hideSecrets } from '../../lib/contract/secrets'
import type { ChildListener } from './child'

/** Texts that are remembered with what was made of them: the same is said again and again. */
const REMEMBERED_MAX = 200
const REMEMBERED_LENGTH = 1000

/** The editor may see a user's name; what else is secret it never gets back. */
export function secretType(name: string): 'text' | 'password' {
  return /username/i.test(name) ? 'text' : 'password'
}

/** For a spec: what nothing of its process may repeat. */
export function secretsIn(fields: Record<string, TextField> = {}, config: unknown): { secrets?: string[] } {
  const record = asRecord(config)
  const names = Object.keys(fields).filter((name) => secretType(name) === 'password')
  const secrets = names
    .map((name) => record?.[name])
    .filter((text): text is string => typeof text === 'string' && text !== '')
  return secrets.length === 0 ? {} : { secrets }
}

/** undefined where there is nothing to hide. */
export function hideFor({ secrets = [] }: { secrets?: readonly string[] }): Hide | undefined {
  if (secrets.length === 0) return undefined
  const hide = hideSecrets(secrets)
  const remembered = new Map<string, string>()
  return (text) => {
    const known = remembered.get(text)
    if (known !== undefined) return known
    const told = hide(text)
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    if (text.length <= REMEMBERED_LENGTH) remembered.set(text, told)
    return told
  }
}

/** Hears what the listener would, but for the secrets. */
export function discreetly(listener: ChildListener, hide: Hide | undefined): ChildListener {
  if (!hide) return listener
  return {
    ...listener,
    message: (message) => listener.message(hideInMessage(message, hide)),
    output: (source, text) => listener.output(source, hide(text)),
  }
}

function hideInMessage(message: FromChild, hide: Hide): FromChild {
  switch (message.type) {
    case 'ready':
    case 'heartbeat':
    case 'queue-counts':
      return message
    case 'link':
    case 'queue-suspected':
      return { ...message, reason: hide(message.reason) }
    case 'log':
    case 'history-set-aside':
      return { ...message, text: hide(message.text) }
    case 'durable':
      return { ...message, trouble: hide(message.trouble) }
    case 'queue':
      return { ...message, trouble: hide(message.trouble), report: hide(message.report) }
    case 'refused':
      return { ...message, causes: message.causes.map((cause) => ({ ...cause, reason: hide(cause.reason) })) }
    case 'fault':
      return { ...message, message: hide(message.message) }
    case 'result':
      return { ...message, data: message.ok ? hideIn(message.data, hide) : hideInRefusal(message.data, hide) }
    default:
      return message satisfies never
  }
}

/** Kind and code are words of ours, which a secret may be, too. */
function hideInRefusal(data: unknown, hide: Hide): unknown {
  if (typeof data === 'string') return hide(data)
  const record = asRecord(data)
  return typeof record?.message === 'string' ? { ...record, message: hide(record.message) } : data
}

/** In all texts of what was parsed from JSON. */
function hideIn(data: unknown, hide: Hide): unknown {
  if (typeof data === 'string') return hide(data)
  if (Array.isArray(data)) return data.map((item) => hideIn(item, hide))
  const record = asRecord(data)
  return record ? Object.fromEntries(Object.entries(record).map(([key, item]) => [key, hideIn(item, hide)])) : data
}

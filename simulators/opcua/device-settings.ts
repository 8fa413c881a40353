// How a simulated OPC UA device is set up: what its operator would choose in its web page.

import { asOneOf } from '../../lib/contract/parse'
import { listOf } from '../process/list'
import { CERTIFICATE_FLAWS, type CertificateFlaw } from './certificates'
import { type DeviceLimits, GENEROUS, parseLimits } from './limits'
import { parseCount, parseFlag, parseName, parsePart, parseTexts } from './parse-part'

export const SECURITY_POLICIES = [
  'Basic256Sha256',
  'Aes128_Sha256_RsaOaep',
  'Aes256_Sha256_RsaPss',
  'Basic256',
  'Basic128Rsa15',
] as const
export type PolicyName = (typeof SECURITY_POLICIES)[number]
export const SECURITY_MODES = ['None', 'Sign', 'SignAndEncrypt'] as const
export type ModeName = (typeof SECURITY_MODES)[number]

/** What may be changed at a restart. */
export type DeviceSettings = {
  modes: readonly ModeName[]
  /** For the modes that need one. */
  policies: readonly PolicyName[]
  anonymous: boolean
  /** Name -> password. */
  users: { readonly [name: string]: string }
  /** Whether certificates of clients, and of users, that were never seen are good enough. */
  acceptUnknownClients: boolean
  acceptUnknownUsers: boolean
  flaw: CertificateFlaw
  /** Another name, another key and so another certificate. */
  keyName: string
  /** How the server calls itself in its endpoints; clients may be unable to resolve it. */
  announcedHost: string
  /** How many foreign namespaces come before the plant's: they move its index, which is 2 without. */
  namespacesBefore: number
  limits: DeviceLimits
  /** After how long clients have to renew their secure channel. */
  tokenLifetimeMs: number
  /** Whether anonymous clients without security may take over subscriptions of an old session, against Part 4, 5.14.7. */
  anonymousTransfer: boolean
  /** Asks for passwords in clear, whatever the security of the connection. */
  clearPasswords: boolean
  /** Whether it shows what is in exhibits/: values at the edges of what may be sent. */
  exhibits: boolean
  /** Structures that no variable has. */
  unusedTypes: number
  /** Since when it says that it runs (i=2257), ms since the epoch; 0 = since it does. */
  startMs: number
}

/** Part 5, 12.6. */
export const SERVER_STATES = [
  'Running',
  'Failed',
  'NoConfiguration',
  'Suspended',
  'Shutdown',
  'Test',
  'CommunicationFault',
] as const
export type StateName = (typeof SERVER_STATES)[number]

export const LOOPBACK = '127.0.0.1'
export const DEVICE_URI = 'urn:collectors:simulated-device'

export const DEFAULT_SETTINGS: DeviceSettings = {
  modes: SECURITY_MODES,
  policies: ['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'],
  anonymous: true,
  users: { operator: 'secret' },
  acceptUnknownClients: true,
  acceptUnknownUsers: true,
  flaw: 'none',
  keyName: 'device',
  announcedHost: LOOPBACK,
  namespacesBefore: 0,
  limits: GENEROUS,
  tokenLifetimeMs: 3_600_000,
  anonymousTransfer: false,
  clearPasswords: false,
  exhibits: false,
  unusedTypes: 0,
  startMs: 0,
}

/** What is absent stays as it was. */
export type SettingsChange = Partial<Omit<DeviceSettings, 'limits'>> & { limits?: Partial<DeviceLimits> }

export function changeSettings(settings: DeviceSettings, { limits, ...change }: SettingsChange): DeviceSettings {
  return { ...settings, ...change, limits: { ...settings.limits, ...limits } }
}

/** undefined for anything that is not a change of settings. */
export function parseSettingsChange(input: unknown): SettingsChange | undefined {
  return parsePart<SettingsChange>(input, {
    modes: (list) => listOf(list, (mode) => asOneOf(mode, SECURITY_MODES)),
    policies: (list) => listOf(list, (policy) => asOneOf(policy, SECURITY_POLICIES)),
    anonymous: parseFlag,
    users: parseTexts,
    acceptUnknownClients: parseFlag,
    acceptUnknownUsers: parseFlag,
    flaw: (flaw) => asOneOf(flaw, CERTIFICATE_FLAWS),
    keyName: parseName,
    announcedHost: parseName,
    namespacesBefore: parseCount,
    tokenLifetimeMs: parseCount,
    anonymousTransfer: parseFlag,
    clearPasswords: parseFlag,
    exhibits: parseFlag,
    unusedTypes: parseCount,
    startMs: parseCount,
    limits: parseLimits,
  })
}

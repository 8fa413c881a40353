// Security as a user chooses it: names of modes and policies.

/** Strongest first; `auto` takes the first that the server has, of those that are still held to be safe (OPC 10000-7, 6.6). */
export const SAFE_POLICIES = ['Aes256_Sha256_RsaPss', 'Aes128_Sha256_RsaOaep', 'Basic256Sha256'] as const
export const OLD_POLICIES = ['Basic256', 'Basic128Rsa15'] as const
export type Policy = (typeof SAFE_POLICIES)[number] | (typeof OLD_POLICIES)[number]

export const SECURITY_MODES = ['none', 'sign', 'signAndEncrypt'] as const
export type SecurityMode = (typeof SECURITY_MODES)[number]

// What a socket's other end is called in messages.

export function socketTarget(host: string, port: number): string {
  const name = host.trim()
  return `${name.includes(':') ? `[${name}]` : name}:${port}`
}

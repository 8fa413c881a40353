// What the checks of an InfluxDB's address and access say -> keys of the catalog.

export const supervisorWordings: [key: string, pattern: RegExp][] = [
  ['url', /^is no address like http:\/\/host:8086 or https:\/\/host$/],
  ['url-user', /^must not hold a user or password: they have their own fields$/],
  ['url-query', /^must end before the \? or #: what follows is added by itself$/],
  ['url-path', /^must end before (?<path>\S+): that is added by itself$/],
  ['user-colon', /^must not have a colon$/],
  ['user-missing', /^is missing, there is a password only$/],
  ['token', /^has a character that no token has, perhaps a space or a line break$/],
]

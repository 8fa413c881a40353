// What the check of the filter says -> keys of the catalog.

export const statusBroadcastWordings: [key: string, pattern: RegExp][] = [
  ['filter-empty-term', /^"(?<term>.+)" says no (?<key>\w+)$/],
  ['filter-unknown', /^unknown (?<key>\w+) "(?<value>.*)"; there are (?<choices>.+)$/],
]

// What the contract's checks say, in the user's language. They speak English, since they also run where no catalog is;
// a test holds the patterns to what they really say.

/** A text of the node's catalog. */
export type Translate = (key: string, values?: Record<string, string | number>) => string

/** Matched whole; named groups become the values of the text `problem.<key>`. */
export type Wording = [key: string, pattern: RegExp]

const WORDINGS: Wording[] = [
  ['empty', /^must not be empty$/],
  ['too-long', /^is longer than (?<max>\d+) characters$/],
  ['not-a-number', /^(?<value>.+) is not a number$/],
  ['not-whole', /^(?<value>.+) is not a whole number$/],
  ['out-of-range', /^(?<value>\S+) is not within (?<min>\S+) to (?<max>\S+)$/],
  ['too-small', /^(?<value>\S+) is not within (?<min>\S+) and above$/],
  ['not-a-choice-or-empty', /^(?<value>.+) is not one of (?<choices>.+); choose one of them, or leave it empty$/],
  ['not-a-choice', /^(?<value>.+) is not one of (?<choices>.+)$/],
  ['reserved-name', /^"(?<name>.+)" cannot be a (tag's )?name$/],
  ['control-character', /^has a control character(, such as .+)?$/],
  ['trailing-backslash', /^must not end in a backslash$/],
  ['duplicate-tag', /^"(?<name>.*)" is also the name of tag (?<row>\d+)$/],
  [
    'names-too-long',
    /^the names of the tags up to here take all the room there is: .+ make it (?<readers>\d+) readers$/,
  ],
  ['name-in-use', /^is the name of another reader$/],
  ['half-character', /^has half a character$/],
  ['backslash-before', /^must not have a backslash before a space, comma, .+$/],
  ['lone-quote', /^must not have a quotation mark without its partner$/],
  ['comment', /^must not begin with #: the line would be a comment$/],
  ['kept-column', /^"(?<name>.+)" is kept for another column of the database$/],
  ['duplicate-key', /^is also the key of pair (?<row>\d+)$/],
  ['no-tags', /^the tag list is empty: add at least one tag$/],
  ['too-many-tags', /^has (?<count>\d+) entries, the limit is (?<max>\d+)$/],
  // of tags of registers
  ['order-of-type', /^(?<order>\w+) is no order of (?<type>\w+): choose (?<orders>.+), or leave it empty$/],
  ['no-scaling', /^does not apply to (?<type>\w+): leave it at (?<value>\d)$/],
  ['length-max', /^must be at most (?<max>\d+) with (?<type>\w+): a request cannot read more$/],
  ['not-applied', /^does not apply to (?<type>\w+): leave it empty$/],
  ['bound-form', /^(?<text>".*") is no number: write e\.g\. (?<examples>.+), or leave it empty$/],
  ['bounds-order', /^is below the minimum: (?<max>\S+) is less than (?<min>\S+)$/],
  ['no-value-form', /^(?<text>".*") is no number: write numbers with commas between them, e\.g\. (?<examples>.+)$/],
  ['no-value-comma', /^(?<text>".*") has a decimal comma: write (?<point>\S+), or "(?<two>.+)" if it is two numbers$/],
  ['no-value-bits', /^(?<text>\S+) has more than (?<max>\d+) bits$/],
  ['no-value-type', /^(?<text>.+) cannot be held by (?<type>\w+): write its bits, as (?<example>\w+)$/],
  ['texts-number', /^(?<text>".*") is no number: write e\.g\. (?<example>.+)$/],
  ['texts-missing', /^(?<text>.+) has no text: write e\.g\. (?<example>.+)$/],
  ['texts-equals', /^(?<text>".*") has two "=": write (?<meant>\S+) where it is part of the text$/],
  ['texts-separator', /^(?<text>".*") has two "=": separate the pairs with ";", e\.g\. (?<example>.+)$/],
  ['texts-twice', /^(?<number>\S+) has two texts$/],
  ['scale-form', /^(?<text>".*") names no scale: write 10\^ or \* and a tag or an address$/],
  ['scale-no-number', /^(?<name>".*") cannot be a scale: it is no number$/],
  ['scale-array', /^(?<name>".*") cannot be a scale: it is an array$/],
  ['scale-texts', /^(?<name>".*") cannot be a scale: it is told by texts$/],
  ['scale-circle', /^(?<name>".*") is scaled by this tag itself$/],
  ['scale-unknown', /^there is no tag (?<name>".*?"), and (?<problem>.+)$/],
  ['element-name', /^"(?<name>.*)" is also the name of an element of the array "(?<array>.*)"$/],
]

/** `more` are the patterns of the protocol's own checks. What no pattern knows stays as it is. */
export function wordingIn(translate: Translate, more: readonly Wording[] = []): (message: string) => string {
  const wording = (message: string): string => {
    for (const [key, pattern] of [...more, ...WORDINGS]) {
      const match = pattern.exec(message)
      if (match) return translate(`problem.${key}`, valuesOf(match.groups, translate, wording))
    }
    return message
  }
  return wording
}

/** Groups whose values have a name in every language, too: `area.holding` of the catalog. */
const NAMED: readonly string[] = ['area', 'base', 'device']
/** A group that is a message itself. */
const MESSAGE = 'problem'

function valuesOf(
  groups: Record<string, string> = {},
  translate: Translate,
  wording: (message: string) => string,
): Record<string, string> {
  const said = (group: string, text: string): string => {
    if (group === MESSAGE) return wording(text)
    return NAMED.includes(group) ? translate(`${group}.${text}`) : text
  }
  return Object.fromEntries(Object.entries(groups).map(([group, text]) => [group, said(group, text)]))
}

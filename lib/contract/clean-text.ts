// Text of a child, as one line that a log, a terminal and a browser can show: what a device or a driver says may hold
// anything.

/** ECMA-48, 5.4: control sequences, such as those that colour a terminal; then the control strings of 5.6, up to their end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that are looked for
const SEQUENCES = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[P\]X^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g
/** C0, DEL, C1, and what ends a line or turns the direction of writing around for all that follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that are looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g

export function cleanText(text: string): string {
  return text.replace(SEQUENCES, '').replace(CONTROLS, ' ').trimEnd()
}

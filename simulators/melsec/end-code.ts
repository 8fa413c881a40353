// The PLC says no.

export class EndCode extends Error {
  /** Of 3E and 4E 16 bits, of 1E 8. */
  readonly code: number

  constructor(code: number) {
    super(`end code ${code.toString(16).toUpperCase().padStart(4, '0')}`)
    this.code = code
  }
}

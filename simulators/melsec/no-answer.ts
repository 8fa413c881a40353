// The PLC says nothing to a request, or ends the connection at it.

export class NoAnswer extends Error {
  readonly how: 'silence' | 'reset'

  constructor(how: 'silence' | 'reset') {
    super(`no answer: ${how}`)
    this.how = how
  }
}

// How large one value may be: further on it is part of a message of limited size.

export const LIMITS = { elements: 10_000, characters: 65_536, depth: 16 }

/** Why a value cannot be told, in words for whoever reads it. */
export class Refusal extends Error {}

/** The parts of one value, counted as they are made. */
export class Allowance {
  #parts = LIMITS.elements

  spend(parts: number): void {
    this.#parts -= parts
    if (this.#parts < 0) throw new Refusal(`the value has more than ${LIMITS.elements} parts`)
  }
}

export function refuseDeeper(depth: number): void {
  if (depth > LIMITS.depth) throw new Refusal(`the value is nested deeper than ${LIMITS.depth} levels`)
}

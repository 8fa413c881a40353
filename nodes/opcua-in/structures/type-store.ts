// What is known of the types of one server, kept in a file of the reader's folder so that its next connection need only confirm it. A
// file that cannot be read or written costs nothing but that.

import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { asRecord, asText, everyParsed, parseJson } from '../../../lib/contract/parse'
import { makePart, readSmallFile, replaceWhole } from '../../../lib/pki/files'
import type { TypeDescription } from './description'
import { parseTypes, typesJson } from './description-json'
import { type Facts, subjectKey } from './facts'
import { factsJson, parseFact } from './facts-json'

/** Nothing of it must be used before the server has confirmed the facts. */
export type KeptTypes = {
  /** The keys of types hold indexes of this list. */
  namespaces: readonly string[]
  /** Encoding -> key of its type. */
  roots: ReadonlyMap<string, string>
  types: ReadonlyMap<string, TypeDescription>
  /** On which roots and types rest. */
  facts: Facts
}

export interface TypeStore {
  load(): Promise<KeptTypes | undefined>
  save(kept: KeptTypes): void
}

/** `wording`: how texts of enumerations are told; with another one what is kept is not used. */
export type TypeFilePlace = { folder: string; reader: string; endpoint: string; wording: string }

const VERSION = 2
const FILE_MAX_BYTES = 4 * 1024 * 1024
/** Readers that are gone leave theirs behind. */
const FILES_MAX = 100
const TEXT_MAX = 1000

export class TypeFile implements TypeStore {
  readonly #place: TypeFilePlace
  #saved = ''

  constructor(place: TypeFilePlace) {
    this.#place = place
  }

  async load(): Promise<KeptTypes | undefined> {
    const bytes = await readSmallFile(join(this.#place.folder, 'structures', this.#name()), FILE_MAX_BYTES)
    const record = asRecord(bytes && parseJson(bytes))
    const namespaces = everyParsed(record?.namespaces, (item) => asText(item, TEXT_MAX))
    const roots = everyParsed(record?.roots, parsePair)
    const types = parseTypes(record?.types)
    const facts = everyParsed(record?.facts, parseFact)
    if (record?.v !== VERSION || record.wording !== this.#place.wording) return undefined
    if (!namespaces || !roots || !types || !facts) return undefined
    const byKey = new Map(facts.map((fact) => [subjectKey(fact.subject), fact]))
    return { namespaces, roots: new Map(roots), types, facts: byKey }
  }

  save({ namespaces, roots, types, facts }: KeptTypes): void {
    const { folder, wording } = this.#place
    const common = { v: VERSION, wording, namespaces }
    const text = JSON.stringify({ ...common, roots: [...roots], types: typesJson(types), facts: factsJson(facts) })
    if (text === this.#saved || text.length > FILE_MAX_BYTES) return
    try {
      const part = makePart(folder, 'structures')
      replaceWhole(join(part, this.#name()), text)
      this.#saved = text
      makeRoom(part)
    } catch {
      // a full disk, say: the types are asked for at the next connection
    }
  }

  #name(): string {
    const { reader, endpoint } = this.#place
    const key = JSON.stringify([reader, endpoint])
    return `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`
  }
}

function parsePair(item: unknown): [string, string] | undefined {
  const [key, value]: unknown[] = Array.isArray(item) ? item : []
  return typeof key === 'string' && typeof value === 'string' ? [key, value] : undefined
}

/** The oldest go. */
function makeRoom(folder: string): void {
  const names = readdirSync(folder)
  if (names.length <= FILES_MAX) return
  const aged = names.map((name) => {
    const path = join(folder, name)
    return { path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }
  })
  aged.sort((one, other) => one.time - other.time)
  for (const { path } of aged.slice(0, aged.length - FILES_MAX)) rmSync(path, { force: true })
}

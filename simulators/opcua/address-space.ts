// The plant as nodes of a node-opcua server, in a namespace whose index depends on what was registered before it.

import { AttributeIds, DataValue, StatusCodes } from 'node-opcua-client'
import type { OPCUAServer } from 'node-opcua-server'
import { dataTypeOf } from './builtin-values'
import type { DeviceSettings } from './device-settings'
import { addExhibits, addUnusedTypes } from './exhibits/exhibit-nodes'
import type { Redefinitions } from './exhibits/types'
import { MODE_TEXTS, type Place, type Plant, STATE_TEXTS } from './plant'
import { addRecipe } from './recipe'

export type AddressSpace = NonNullable<OPCUAServer['engine']['addressSpace']>
export type Namespace = ReturnType<AddressSpace['getOwnNamespace']>
export type Node = ReturnType<Namespace['addFolder']>

type SpaceSettings = Pick<DeviceSettings, 'namespacesBefore' | 'limits' | 'exhibits' | 'unusedTypes'>

export const PLANT_NAMESPACE = 'urn:collectors:simulated-plant'
export const SHAPE_RANKS = { scalar: -1, array: 1, matrix: 2 } as const

export class PlantNodes {
  readonly #plant: Plant
  readonly #minSamplingMs: number
  readonly #namespace: Namespace
  readonly #top: Node
  readonly #folders = new Map<string, Node>()
  readonly #enumerations: { [texts in NonNullable<Place['texts']>]: ReturnType<Namespace['addEnumerationType']> }
  readonly #bringRecipe: () => void

  constructor(
    addressSpace: AddressSpace,
    plant: Plant,
    { namespacesBefore, limits, exhibits, unusedTypes }: SpaceSettings,
    redefined: Redefinitions,
  ) {
    this.#plant = plant
    this.#minSamplingMs = limits.minSamplingMs
    for (let index = 0; index < namespacesBefore; index++) addressSpace.registerNamespace(`urn:foreign:${index}`)
    this.#namespace = addressSpace.registerNamespace(PLANT_NAMESPACE)
    this.#top = this.#namespace.addFolder(addressSpace.rootFolder.objects, { browseName: 'Plant', nodeId: 's=Plant' })
    this.#enumerations = {
      strings: this.#namespace.addEnumerationType({ browseName: 'PlantState', enumeration: [...STATE_TEXTS] }),
      values: this.#namespace.addEnumerationType({
        browseName: 'PlantMode',
        enumeration: Object.entries(MODE_TEXTS).map(([displayName, value]) => ({ displayName, value })),
      }),
    }
    for (const type of Object.values(this.#enumerations)) hideDefinition(type)
    for (const place of plant.places) this.add(place)
    this.#bringRecipe = addRecipe(addressSpace, this.#namespace, this.#folder('Structures'))
    this.#folder('Late')
    if (exhibits) addExhibits(this.#namespace, this.#folder('Exhibits'), redefined)
    addUnusedTypes(this.#namespace, unusedTypes)
  }

  /** To be called when the server has started: only then it can make structures. */
  bringStructures(): void {
    this.#bringRecipe()
  }

  add(place: Place): void {
    const [folder = '', browseName = ''] = place.name.split('.')
    const shape = place.shape ?? 'scalar'
    const options = {
      browseName,
      nodeId: `s=${place.name}`,
      organizedBy: this.#folder(folder),
      dataType: place.texts ? this.#enumerations[place.texts].nodeId : dataTypeOf(place.type),
      valueRank: SHAPE_RANKS[shape],
      minimumSamplingInterval: this.#minSamplingMs,
      arrayDimensions: shape === 'matrix' ? [0, 0] : shape === 'array' ? [0] : null,
      ...(place.writeOnly && { accessLevel: 'CurrentWrite', userAccessLevel: 'CurrentWrite' }),
    }
    const { range } = place
    const variable = range
      ? this.#namespace.addAnalogDataItem({
          ...options,
          dataType: dataTypeOf(place.type),
          engineeringUnitsRange: range,
        })
      : this.#namespace.addVariable(options)
    const point = this.#plant.point(place.name)
    variable.bindVariable({ timestamped_get: () => point.current() }, true)
  }

  remove(name: string): void {
    const node = this.#namespace.findNode(`s=${name}`)
    if (node) this.#namespace.deleteNode(node)
  }

  #folder(name: string): Node {
    const known = this.#folders.get(name)
    if (known) return known
    const folder = this.#namespace.addFolder(this.#top, { browseName: name, nodeId: `s=${name}` })
    this.#folders.set(name, folder)
    return folder
  }
}

/** As on servers older than OPC UA 1.04, where only the properties of an enumeration tell its texts. */
function hideDefinition(type: ReturnType<Namespace['addEnumerationType']>): void {
  const readAttribute = type.readAttribute.bind(type)
  type.readAttribute = (context, attributeId, ...others) =>
    attributeId === AttributeIds.DataTypeDefinition
      ? new DataValue({ statusCode: StatusCodes.BadAttributeIdInvalid })
      : readAttribute(context, attributeId, ...others)
}

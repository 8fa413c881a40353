// A structure in a structure, whose type only the server knows: clients have to read its definition (Part 3, 5.8.3).

import { DataType, type NodeId } from 'node-opcua-client'
import type { AddressSpace, Namespace, Node } from './address-space'

/** The value of `Structures.Recipe`. */
export const RECIPE = { name: 'Bread', speed: 1500, steps: [1, 2, 3], position: { x: 1.5, y: -2.5 } }

type Field = { name: string; dataType: DataType | NodeId; valueRank: number }

/** @returns gives it its value, which cannot be made before the server has started */
export function addRecipe(addressSpace: AddressSpace, namespace: Namespace, folder: Node): () => void {
  const structure = (browseName: string, fields: readonly Field[]) => {
    const type = namespace.createDataType({
      browseName,
      isAbstract: false,
      subtypeOf: 'Structure',
      partialDefinition: [...fields],
    })
    namespace.addObject({
      browseName: { name: 'Default Binary', namespaceIndex: 0 },
      typeDefinition: 'DataTypeEncodingType',
      references: [{ referenceType: 'HasEncoding', isForward: false, nodeId: type }],
    })
    return type
  }
  const position = structure('PlantPosition', [
    { name: 'X', dataType: DataType.Double, valueRank: -1 },
    { name: 'Y', dataType: DataType.Double, valueRank: -1 },
  ])
  const recipe = structure('PlantRecipe', [
    { name: 'Name', dataType: DataType.String, valueRank: -1 },
    { name: 'Speed', dataType: DataType.UInt16, valueRank: -1 },
    { name: 'Steps', dataType: DataType.Int32, valueRank: 1 },
    { name: 'Position', dataType: position.nodeId, valueRank: -1 },
  ])
  const variable = namespace.addVariable({
    browseName: 'Recipe',
    nodeId: 's=Structures.Recipe',
    organizedBy: folder,
    dataType: recipe.nodeId,
  })
  return () => {
    const value = addressSpace.constructExtensionObject(recipe, RECIPE)
    variable.setValueFromSource({ dataType: DataType.ExtensionObject, value })
  }
}

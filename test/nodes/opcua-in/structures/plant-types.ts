// The types of a plant, as a server that exists in the mind of a test only tells them.

import type { NodeRef } from '../../../../nodes/opcua-in/node-ids'
import { nodeAddressText } from '../../../../nodes/opcua-in/node-ids'
import type { Body } from '../../../../nodes/opcua-in/structures/body'
import type { ImaginedAddressSpace } from '../imagined-address-space'
import { referenceTo } from '../imagined-address-space'
import { enumDefinition, node, structureDefinition } from './encoding'

export const MOTOR = node(10)
export const MOTOR_ENCODING = node(11)
export const AXIS = node(20)
export const STATE = node(30)
export const FLAGS = node(40)

export function text(of: NodeRef): string {
  return nodeAddressText(of) ?? ''
}

export function refer(space: ImaginedAddressSpace, from: NodeRef, to: NodeRef): void {
  space.references.set(text(from), [referenceTo('', { node: to })])
}
export function define(space: ImaginedAddressSpace, type: NodeRef, definition: Body): void {
  space.attributes.set(`dataTypeDefinition of ${text(type)}`, { data: definition })
}

/** A motor with its axes, a state and flags. */
export function describePlant(space: ImaginedAddressSpace): void {
  refer(space, MOTOR_ENCODING, MOTOR)
  define(
    space,
    MOTOR,
    structureDefinition(
      [
        { name: 'Axes', type: AXIS, rank: 1 },
        { name: 'State', type: STATE },
        { name: 'Flags', type: FLAGS },
        { name: 'Since', type: node(294, 0) },
      ],
      { encoding: 11 },
    ),
  )
  define(space, AXIS, structureDefinition([{ name: 'Speed', type: node(11, 0) }]))
  define(space, STATE, enumDefinition([{ value: 1, name: 'Running' }]))
  refer(space, STATE, node(29, 0))
  define(space, FLAGS, enumDefinition([{ value: 0, name: 'Hot' }]))
  refer(space, FLAGS, node(5, 0))
}

/** Its namespaces. */
export function introduce(space: ImaginedAddressSpace, plant = 'urn:plant'): void {
  space.attributes.set('value of i=2255', { data: ['http://opcfoundation.org/UA/', plant] })
}

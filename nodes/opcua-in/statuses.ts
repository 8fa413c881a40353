// What a status code (OPC 10000-4, 7.39) says about a value, and what to do about it.

export type Quality = 'good' | 'uncertain' | 'bad'

/** Bits 31 and 30. */
export function qualityOf(code: number): Quality {
  const severity = code >>> 30
  return severity === 0 ? 'good' : severity === 1 ? 'uncertain' : 'bad'
}

/** Info type DataValue, and its bit Overflow: values were lost in the queue of the server. */
const OVERFLOW = 0x480

export function hasOverflow(code: number): boolean {
  return (code & 0xf80 & OVERFLOW) === OVERFLOW
}

/** What a client says of an answer that it cannot read, and a server of one that it cannot send (OPC 10000-4, 7.38.2). */
const UNREADABLE = new Set(['BadDecodingError', 'BadEncodingError', 'BadEncodingLimitsExceeded', 'BadResponseTooLarge'])

export function isUnreadable(status: string): boolean {
  return UNREADABLE.has(status)
}

// biome-ignore format: a table, one line a status
const advice = new Map<string, string>([
  ['BadNodeIdUnknown', 'the server has no such node: is the NodeId right? It is looked for again now and then'],
  ['BadNodeIdInvalid', 'the server cannot read this NodeId: is it right?'],
  ['BadAttributeIdInvalid', 'the node is no variable: choose one that has a value'],
  ['BadIndexRangeInvalid', 'the range is malformed for this value: is it an array?'],
  ['BadIndexRangeNoData', 'the array has no elements in this range'],
  ['BadNotReadable', 'the value cannot be read: it may be written only'],
  ['BadUserAccessDenied', 'this user may not read it: check the rights at the server'],
  ['BadSecurityModeInsufficient', 'the server shows it over an encrypted connection only: choose another security mode'],
  ['BadWaitingForInitialData', 'the server has no value yet'],
  ['BadNoCommunication', 'the server has no connection to the device behind it'],
  ['BadCommunicationError', 'the server cannot talk to the device behind it'],
  ['BadConnectionClosed', 'the server lost the connection to the device behind it'],
  ['BadNotConnected', 'the variable of the server is not connected to its source'],
  ['BadDeviceFailure', 'the device behind the server has a failure'],
  ['BadSensorFailure', 'the sensor has a failure'],
  ['BadOutOfService', 'the source of the value is out of service'],
  ['BadConfigurationError', 'something is wrong with the configuration of the server for this value'],
  ['BadOutOfRange', 'the value is out of its range'],
  ['BadNoData', 'there is no value'],
  ['BadDataUnavailable', 'there is no value'],
  ['BadDataLost', 'values were lost'],
  ['BadTimeout', 'the server did not get the value in time'],
  ['BadTooManyMonitoredItems', 'the server watches no more values: close other clients, or poll'],
  ['BadDecodingError', 'the value cannot be read: it is not encoded as OPC UA has it'],
  ['BadEncodingError', 'the server cannot send the value'],
  ['BadEncodingLimitsExceeded', 'the value is too long for one message: read a range of the array'],
  ['BadResponseTooLarge', 'the value is too long for the server to send: read a range of the array'],
  ['BadTypeMismatch', 'the server says that the types do not fit'],
  ['BadShutdown', 'the server is about to stop'],
  ['UncertainLastUsableValue', 'the server lost the source, this is its last value'],
  ['UncertainNoCommunicationLastUsableValue', 'the server lost the source, this is its last value'],
  ['UncertainSubstituteValue', 'somebody has put this value in the place of the real one'],
  ['UncertainInitialValue', 'the value has never been written since the server started'],
  ['UncertainSensorNotAccurate', 'the sensor is at its limit or not calibrated'],
  ['UncertainEngineeringUnitsExceeded', 'the value is out of the range of its unit'],
  ['UncertainSubNormal', 'fewer sources than needed are good'],
])

/** A status without a name: the standard does not have it. */
const UNNAMED = /^0x[0-9A-F]{8}$/

function severityOf(code: number): string {
  return { good: 'a good', uncertain: 'an uncertain', bad: 'a bad' }[qualityOf(code)]
}

/** Why a value is not good. `status` is the name of the code; info bits may follow it behind a `#`. */
export function reasonOf(status: string): string {
  const [name = status] = status.split('#')
  if (UNNAMED.test(name)) return `the server says ${name}, ${severityOf(Number(name))} status of the vendor's own`
  const text = advice.get(name)
  return text === undefined ? `the server says ${name}` : `${text} (${name})`
}

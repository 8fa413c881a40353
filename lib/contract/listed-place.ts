// Where a value is, as a row of a vendor's list says it in several columns.

/** What a row says of the place of its value, column by column; '' where it says nothing. */
export type ListedPlace = {
  address: string
  /** The same as a hexadecimal number. */
  hexAddress: string
  modbusAddress: string
  /** As the program of a PLC calls it. */
  plcAddress: string
  area: string
}

// What the checks of Modbus addresses say -> keys of the catalog.

export const modbusWordings: [key: string, pattern: RegExp][] = [
  ['address-form', /^(?<text>".*") is no Modbus address: write e\.g\. (?<examples>.+)$/],
  ['area-unknown', /^(?<text>".*"): "(?<prefix>.+)" is no area of a Modbus device: write e\.g\. (?<examples>.+)$/],
  ['area-missing', /^(?<text>".*") does not say which area: write (?<examples>.+?)(?: \(counted from 0\).*)?$/],
  ['bit-of-a-bit', /^(?<text>".*"): a (?<area>\w+) is a bit itself, leave out "\.(?<bit>\d+)"$/],
  ['bit-range', /^(?<text>".*"): a register has the bits 0 to (?<max>\d+)$/],
  ['wire-range', /^(?<text>".*") is out of range: such addresses go from 0 to (?<max>\d+)$/],
  ['number-digits', /^(?<text>".*") has (?<digits>\d+) digits: numbers like 40001 have 5 or 6$/],
  ['number-area', /^(?<text>".*"): the first digit must be 4 \(holding\), 3 \(input\), 1 \(discrete\) or 0 \(coil\)$/],
  ['number-first', /^(?<text>".*") is out of range: these numbers start with (?<first>\d+), which is (?<wire>\S+)$/],
  ['number-last', /^(?<text>".*") is out of range: the last one is (?<last>\d+)$/],
  ['unit-id', /^(?<text>".*") is no unit id: 0 to (?<max>\d+), or empty$/],
  ['bit-area-type', /^(?<text>.+) is a (?<area>\w+), one bit: choose bool instead of (?<type>\w+)$/],
  ['bit-type', /^(?<text>.+) is one bit: choose bool instead of (?<type>\w+), or leave out "\.(?<bit>\d+)"$/],
  ['bool-bit', /^(?<type>\w+) is one bit of a register: say which, (?<first>.+) to (?<last>.+)$/],
  [
    'area-end',
    /^(?<type>\S+) takes (?<count>\d+) addresses, of which (?<text>.+) has only (?<left>\d+) up to the end of the area$/,
  ],
  ['scale-bit-area', /^(?<text>.+) is a (?<area>\w+), one bit: a scale is a register$/],
  ['scale-bit', /^(?<text>.+) is one bit: a scale is a register$/],
  ['scale-wide', /^(?<text>.+) has (?<count>\d+) registers here: add a tag that reads the scale, and name that$/],
  ['width-of-bits', /^does not apply to a (?<area>\w+): leave it at (?<value>\d)$/],
  [
    'width-length',
    /^(?<width>\d+) registers at an address are no part of (?<type>\S+), which takes (?<count>\d+): choose a length of a multiple of (?<multiple>\d+)$/,
  ],
  [
    'width-type',
    /^(?<width>\d+) registers at an address are no part of (?<type>\S+), which takes (?<count>\d+): choose a type of \d+ registers, or a width of 1$/,
  ],
  ['max-registers', /^must be at least (?<min>\d+): tag "(?<name>.*)" is (?<type>\S+)$/],
]

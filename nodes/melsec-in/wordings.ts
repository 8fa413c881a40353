// What the checks of MELSEC tags and of the frame say -> keys of the catalog.

export const melsecWordings: [key: string, pattern: RegExp][] = [
  ['frame-one', /^(?<series>MELSEC.*) does not speak (?<frame>\w+): choose (?<other>\w+)$/],
  ['frame-two', /^(?<series>MELSEC.*) does not speak (?<frame>\w+): choose (?<other>\w+) or (?<another>\w+)$/],
  ['indirect', /^(?<text>".*") is indirect: the device that is read would depend on what it holds; .+$/],
  [
    'iec-address',
    /^(?<text>".*") is an address of IEC 61131-3: write what stands in the column "Device" beside it, as (?<example>\w+)$/,
  ],
  ['constant', /^(?<text>".*") is a constant: write the device to be read, as (?<example>\w+) or (?<other>\w+)$/],
  ['index-modified', /^(?<text>".*") is modified by (?<index>\w+): .+; write (?<name>\w+) or another device itself$/],
  ['device-series', /^(?<text>".*") is a range: write the first and how many there are, as (?<example>\S+)$/],
  ['label', /^(?<text>".*") is no device of a PLC; if it is a label, write .+$/],
  [
    'suffix',
    /^(?<text>".*"): behind ":" stands how many there are, as (?<example>\S+), or a type, as (?<examples>.+)$/,
  ],
  [
    'digits-range',
    /^(?<text>".*"): K1 to (?<last>K\d+) stand for 4 to (?<bits>\d+) bits, there is no (?<written>K\d+)$/,
  ],
  ['digits-count', /^(?<text>".*"): (?<name>\w+) is one value, leave out "(?<behind>.+)"$/],
  [
    'digits-device',
    /^(?<text>".*"): (?<digits>K\d+) makes a number of relays \((?<relays>.+)\), leave it out before (?<name>.+)$/,
  ],
  ['marked-type', /^(?<text>.+) is a (?<meant>\w+): choose that instead of (?<type>\w+)$/],
  ['digits-type', /^(?<text>.+) has (?<bits>\d+) bits: choose (?<types>.+) instead of (?<type>\w+)$/],
  ['digits-length', /^must be 1: (?<text>.+) is one value$/],
  ['count-length', /^must be (?<length>\d+), as (?<text>.+) says, or 1$/],
  [
    'count-multiple',
    /^(?<text>.+): (?<type>\w+) takes (?<points>\d+) points, and (?<count>\d+) is no multiple of that$/,
  ],
  [
    'random-only',
    /^(?<text>.+) can be read at random only \(command 0403\): allow random reads, or copy it to a D in the program$/,
  ],
  ['address-form', /^(?<text>".*") is no address of a device: write e\.g\. (?<examples>.+) or (?<example>\S+)$/],
  [
    'which-of-three',
    /^(?<text>".*") does not say what of it: write (?<value>\w+) \(value\) or (?<contact>\w+) \(contact\) or (?<coil>\w+) \(coil\)$/,
  ],
  [
    'which-of-two',
    /^(?<text>".*") does not say what of it: write (?<value>\w+) \(value\) or (?<contact>\w+) \(contact\)$/,
  ],
  [
    'number-octal',
    /^(?<text>".*"): numbers of (?<name>\w+) are octal with (?<series>MELSEC.*), without .+: (?<last>\w+) is followed by (?<next>\w+)$/,
  ],
  ['number-base', /^(?<text>".*"): numbers of (?<name>\w+) are (?<base>\w+)(?: with MELSEC.*)?$/],
  ['number-missing', /^(?<text>".*") has no number: write e\.g\. (?<example>\w+)$/],
  ['other-network', /^(?<text>".*"): devices of other networks and buffers of modules cannot be read, .+$/],
  ['device-unknown', /^(?<text>".*") is no device of a PLC: it has (?<devices>.+)$/],
  [
    'device-missing',
    /^(?<text>".*"): (?<series>MELSEC.*) has no (?<name>\w+) \((?<device>[a-z ]+)\); it has (?<devices>.+)$/,
  ],
  [
    'device-1e',
    /^(?<text>".*"): (?<name>\w+) \((?<device>[a-z ]+)\) cannot be read with 1E frames; it has (?<devices>.+)$/,
  ],
  [
    'device-ascii',
    /^(?<text>".*"): (?<name>\w+) \((?<device>[a-z ]+)\) cannot be read in ASCII, set PLC and node to binary$/,
  ],
  ['octal-ascii', /^(?<text>".*"): octal numbers cannot be read in ASCII, set PLC and node to binary$/],
  ['device-range', /^(?<text>".*") is out of range: (?<series>MELSEC.*) has (?<first>\w+) to (?<last>\w+)$/],
  [
    'device-ranges',
    /^(?<text>".*") is out of range: (?<series>MELSEC.*) has (?<first>\w+) to (?<last>\w+) and (?<from>\w+) to (?<to>\w+)$/,
  ],
  ['bit-of-a-bit', /^(?<text>".*"): (?<name>\w+) is a bit itself, leave out "\.(?<bit>.*)"$/],
  ['bit-of-long', /^(?<text>".*"): (?<name>\w+) has 32 bits, read it whole$/],
  ['bit-digit', /^(?<text>".*"): a bit is one hexadecimal digit, (?<first>\S+) to (?<last>\S+)$/],
  [
    'bit-decimal',
    /^(?<text>".*"): a bit is one hexadecimal digit, (?<first>\S+) to (?<last>\S+); for bit (?<bit>\d+) write (?<meant>\S+)$/,
  ],
  ['bit-device-type', /^(?<text>.+) is one bit: choose bool instead of (?<type>\w+)$/],
  ['bit-type', /^(?<text>.+) is one bit: choose bool instead of (?<type>\w+), or leave out the bit$/],
  [
    'long-type',
    /^(?<text>.+) has 32 bits, as every (?<name>\w+) there: choose uint32 or int32 instead of (?<type>\w+)$/,
  ],
  ['scale-word', /^(?<text>.+) is no word: a scale is one$/],
  ['bool-bit', /^(?<type>\w+) is one bit of a word: say which, (?<first>.+) to (?<last>.+)$/],
  [
    'device-end',
    /^(?<type>\S+) takes (?<count>\d+) points, of which (?<where>\S+)(?: \(\d+ in decimal\))? has only (?<left>\d+) up to the end of the device$/,
  ],
]

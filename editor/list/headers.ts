// Headers of vendors' lists, in English, German and Chinese -> what their columns hold. Pure.

/** Words as `plain` makes them. */
const WORDS = [
  [
    'modbus address',
    'modbusaddress modbusadresse modbusregister modbusaddr modbus modbus地址 modbus寄存器 modbus寄存器地址',
  ],
  ['plc address', 'plcaddress plcadresse operand device plc地址 软元件地址 软元件'],
  [
    'hex address',
    'hexaddress addresshex hexadresse adressehex registerhex hexregister hex modbushex 十六进制地址 地址十六进制 地址hex hex地址 十六进制',
  ],
  [
    'unitId',
    'unitid slaveid slaveaddress slaveadresse slave station stationno stationnumber deviceid geraeteadresse 站号 从站 从站号 从站地址 从机地址 设备地址',
  ],
  [
    'area',
    'area table objecttype registertype registertyp registerart functioncode function fc funktionscode funktion modbusfunction 功能码 寄存器类型 区域 寄存器区',
  ],
  [
    'count',
    'count length laenge registers numberofregisters registercount anzahlregister anzahl size quantity words wordcount regs 寄存器数 寄存器数量 寄存器个数 长度 数量 字数 个数 字长',
  ],
  [
    'address',
    'address adresse register registeraddress registeradresse registernumber registernummer registernr registerno regno reg addressdec adressedez decaddress decimaladdress nodeid node 寄存器地址 寄存器 寄存器号 地址 通信地址 通讯地址 十进制地址 地址十进制 点位地址',
  ],
  ['type', 'type datatype dataformat format datentyp typ datenformat encoding 数据类型 类型 格式 数据格式'],
  [
    'order',
    'order byteorder wordorder endian endianness endianess bytereihenfolge wortreihenfolge byteswap 字节序 字序 字节顺序 字节次序',
  ],
  ['divisor', 'divisor divider teiler 除数'],
  [
    'scale',
    'scale scaling scalefactor factor faktor skalierung skalierungsfaktor multiplier multiplikator gain resolution aufloesung coefficient 倍率 系数 比例 比例系数 缩放 分辨率 精度 变比',
  ],
  ['offset', 'offset valueoffset 偏移 偏移量 零点'],
  ['unit', 'unit units einheit einheiten eu engineeringunit engineeringunits uom 单位 工程单位'],
  ['access', 'access rw readwrite rwaccess zugriff attribute 读写 读写属性 权限 访问 访问权限'],
  [
    'name',
    'name tag tagname variable variablename parametername parameter pointname point signal signalname label symbol measurement messgroesse messwert bezeichnung benennung 变量名称 变量名 变量 名称 点位 点位名称 点名 参数名称 参数名 参数 信号 信号名称 标签 标签名',
  ],
  [
    'comment',
    'comment comments remark remarks note notes bemerkung bemerkungen kommentar anmerkung description beschreibung 备注 注释 说明 描述',
  ],
] as const

/** What a column of a list holds. */
export type Role = (typeof WORDS)[number][0]

const ROLE_OF = new Map<string, Role>(
  WORDS.flatMap(([role, words]) => words.split(' ').map((word): [string, Role] => [word, role])),
)

/** The role of each column; undefined for one that holds nothing that a tag needs. No two columns have the same role. */
export function rolesOf(headers: readonly string[]): (Role | undefined)[] {
  const taken = new Set<Role>()
  const roles = headers.map((header) => {
    const role = roleOf(header)
    if (role === undefined || taken.has(role)) return undefined
    taken.add(role)
    return role
  })
  // A list that has descriptions only names its tags by them.
  return taken.has('name') ? roles : roles.map((role) => (role === 'comment' ? 'name' : role))
}

/** Whether a row is one of headers: at least two of its cells are, and none is a number. */
export function isHeaderRow(cells: readonly string[]): boolean {
  return (
    cells.filter((cell) => roleOf(cell) !== undefined).length >= 2 &&
    !cells.some((cell) => /^[\d.,]+$/.test(cell.trim()))
  )
}

function roleOf(header: string): Role | undefined {
  const whole = plain(header)
  // "Address (hex)" is another column than "Address", "Scale (x)" is none than "Scale".
  return ROLE_OF.get(whole) ?? ROLE_OF.get(plain(header.replace(/[(（[].*$/, '')))
}

/** "Register-Adresse (Hex)" -> "registeradressehex". */
function plain(header: string): string {
  return header
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss')
    .replaceAll(/[^\p{L}\d]/gu, '')
}

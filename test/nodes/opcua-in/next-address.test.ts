import assert from 'node:assert/strict'
import { nextAddress } from '../../../nodes/opcua-in/next-address'

const rows: [address: string, next: string][] = [
  ['i=5', 'i=6'],
  ['ns=3;i=1009', 'ns=3;i=1010'],
  [' ns=3;i=9 ', 'ns=3;i=10'],
  ['ns=2;s=Motor.Speed9', 'ns=2;s=Motor.Speed10'],
  ['ns=2;s=Motor.Speed09', 'ns=2;s=Motor.Speed10'],
  ['ns=2;s=9', 'ns=2;s=10'],
  ['ns=2;s=Tag008', 'ns=2;s=Tag009'],
  ['nsu=http://plant/7;s=Valve.1', 'nsu=http://plant/7;s=Valve.2'],
  ['ns=3;s="Drive"."Speed"[4]', 'ns=3;s="Drive"."Speed"[5]'],
  ['ns=3;s="DB1"."Temp_3"', 'ns=3;s="DB1"."Temp_4"'],
  ['s=99999999999999999999', 's=100000000000000000000'],
  ['ns=2;s=Profile;range=3', 'ns=2;s=Profile;range=4'],
  ['ns=2;s=Profile;range=0:9', 'ns=2;s=Profile;range=10:19'],
  ['ns=2;s=Profile7;range=2:3', 'ns=2;s=Profile7;range=4:5'],
]
const ends: [what: string, address: string][] = [
  ['of a text without a number at its end', 'ns=2;s=Motor.Speed'],
  ['of a text whose number is in its midst', 'ns=2;s=Line1.Speed'],
  ['of the last number', 'i=4294967295'],
  ['of a GUID', 'ns=1;g=72962B91-FA75-4AE6-8D28-B404DC7DAF63'],
  ['of bytes', 'ns=1;b=AAEC/w=='],
  ['of a part of a matrix', 'ns=2;s=Matrix;range=0:1,2'],
  ['of what is no address', 'Motor1'],
  ['of nothing', ''],
]

describe('the OPC UA address behind another', () => {
  for (const [address, next] of rows) {
    it(`${address} -> ${next}`, () => assert.equal(nextAddress(address), next))
  }
  for (const [what, address] of ends) {
    it(`is left to the user ${what}`, () => assert.equal(nextAddress(address), ''))
  }
})

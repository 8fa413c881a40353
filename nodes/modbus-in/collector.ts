// The process of a Modbus reader; the build makes one file of it.

import { runCollector } from '../../lib/collector/main'
import { modbusReader } from './reader'

runCollector(modbusReader)

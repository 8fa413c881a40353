// The process of an OPC UA reader; the build makes one file of it.

import { runCollector } from '../../lib/collector/main'
import { opcuaReader } from './reader'

runCollector(opcuaReader)

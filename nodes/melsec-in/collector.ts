// The process of a MELSEC reader; the build makes one file of it.

import { runCollector } from '../../lib/collector/main'
import { melsecReader } from './reader'

runCollector(melsecReader)

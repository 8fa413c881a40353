// The process of a historian; the build makes one file of it.

import { runHistorian } from './main'

runHistorian()

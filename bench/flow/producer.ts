// A child process that sends a message with `process.send` at every interval: the usual way out of a child. Arguments: topic, values,
// interval in ms. Ends with its channel.

import { equalMessage, tagNames } from './equal-message'

const [topic = '', values = '0', intervalMs = '0'] = process.argv.slice(2)
const names = tagNames(Number(values))
let cycle = 0
setInterval(() => process.send?.(equalMessage(topic, names, cycle++)), Number(intervalMs))
process.on('disconnect', () => process.exit(0))

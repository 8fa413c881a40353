// A process that takes the write lock of a queue, in the middle of a transaction, and keeps it until it dies. argv: path.

import { DatabaseSync } from 'node:sqlite'

const database = new DatabaseSync(process.argv[2] ?? '')
database.exec('BEGIN IMMEDIATE')
database.exec("INSERT INTO message (recipient, body) VALUES ('reader', x'00')")
process.send?.('holding')
process.once('disconnect', () => process.exit())

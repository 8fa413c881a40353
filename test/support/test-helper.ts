// node-red-node-test-helper, which comes without types: what is used of it.

import type { Node, NodeAPI } from 'node-red'

export type TestHelper = {
  load(register: ((RED: NodeAPI) => void)[], flow: object[]): Promise<void>
  unload(): Promise<void>
  getNode(id: string): Node | null
  setFlows(flow: object[], type: 'full' | 'flows' | 'nodes'): Promise<void>
  settings(settings: object): void
}

/** One for all tests of a process: the runtime behind it is a singleton. */
export const testHelper: TestHelper = require('node-red-node-test-helper')

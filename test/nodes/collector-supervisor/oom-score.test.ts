import assert from 'node:assert/strict'
import { childScore } from '../../../nodes/collector-supervisor/oom-score'

describe('The score by which the kernel chooses whom to kill', () => {
  const cases: [own: number, child: number, why: string][] = [
    [0, 800, 'Node-RED as it usually is'],
    [-1000, 800, 'Node-RED that may never be killed'],
    [-500, 800, 'Node-RED that a service manager protects'],
    [150, 950, 'Node-RED in a container that others come before'],
    [300, 1000, 'Node-RED in a container that most others come before'],
    [900, 1000, 'Node-RED in a container of the lowest class'],
    [1000, 1000, 'Node-RED that is to be killed first'],
  ]
  for (const [own, child, why] of cases) {
    it(`of a child is ${child} beside ${why} (${own})`, () => assert.equal(childScore(own), child))
  }
})

// What a reading of a source shows, in short.

import type { Answer } from '../../../nodes/opcua-in/source'

/** Each answer as its value, else its status, else what is wrong with it. */
export function shown(answers: readonly Answer[]): unknown[] {
  return answers.map((answer) =>
    'problem' in answer ? answer.problem : (answer.sample.value?.data ?? answer.sample.status),
  )
}

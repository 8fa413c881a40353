// Every PLC that can be spoken to: series, frame and notation.

import {
  encodings,
  type FrameName,
  framesOf,
  type Plc,
  type Series,
  seriesNames,
} from '../../../nodes/melsec-in/series'

export const allPlcs: readonly Plc[] = seriesNames.flatMap((series) =>
  framesOf[series].flatMap((frame) => encodings.map((encoding) => ({ series, frame, encoding }))),
)

/** 3E where the series speaks it. */
export function firstFrame(series: Series): FrameName {
  return framesOf[series].includes('3E') ? '3E' : '1E'
}

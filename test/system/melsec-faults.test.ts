// Whatever a MELSEC PLC does, in whatever frame and notation, over whatever transport, its process goes on: link and quality
// tell of the trouble within two cycles, no value is shown that the PLC did not give to this very request, and the values
// return by themselves.

import { melsecCorruptions } from '../../simulators/melsec/corruptions'
import { describeFaults, type Troubles, type Way } from '../support/fault-matrix'
import { melsecLane, type Speech } from '../support/melsec-lane'
import {
  byteByByte,
  corruptions,
  cutOff,
  doubling,
  garbage,
  garbageBefore,
  garbageBehind,
  inTwoDatagrams,
  joined,
  late,
  lateOnce,
  lossy,
  megabytes,
  noisy,
  off,
  overtaking,
  repeating,
  resets,
  silent,
  slow,
} from '../support/troubles'

/** Every frame in both notations and over both transports; every series. */
const SPEECHES: readonly Speech[] = [
  { series: 'q', frame: '3E', encoding: 'binary', transport: 'tcp' },
  { series: 'fx5', frame: '3E', encoding: 'ascii', transport: 'udp' },
  { series: 'iqr', frame: '4E', encoding: 'ascii', transport: 'tcp' },
  { series: 'l', frame: '4E', encoding: 'binary', transport: 'udp' },
  { series: 'fx3', frame: '1E', encoding: 'binary', transport: 'tcp' },
  { series: 'a', frame: '1E', encoding: 'ascii', transport: 'udp' },
]

/** Of these the link is no worse: a refusal, and whole frames from which no value can be taken. */
const ANSWERS = ['error-without-information']
const DEVIATIONS = ['fewer-points', 'more-points', 'no-data', 'route', 'not-hex']

function troublesOf({ frame, encoding, transport }: Speech): Troubles {
  // a reply of 1E does not say how long it is
  const answers = frame === '1E' ? ANSWERS : [...ANSWERS, ...DEVIATIONS]
  const wrong = Object.keys(melsecCorruptions(encoding, [frame])).filter((name) => !answers.includes(name))
  // frames of 4E have numbers, by which a copy in a stream is known
  const repeated =
    frame === '4E' && transport === 'tcp' ? { told: [], read: [repeating] } : { told: [repeating], read: [] }
  const told = [off, silent, ...late, cutOff, garbage, megabytes, ...repeated.told, ...corruptions(wrong)]
  const besides = [garbageBefore, garbageBehind]
  const honest = [lateOnce, joined, lossy, overtaking]
  const read = [slow, ...repeated.read]
  if (transport === 'udp')
    return { told: [...told, ...besides, inTwoDatagrams], honest, read: [...read, doubling, noisy], partly: [] }
  // a frame of 1E has nothing but its subheader to be found by
  if (frame === '1E') return { told: [...told, ...besides, ...resets], honest, read: [...read, byteByByte], partly: [] }
  return { told: [...told, ...resets], honest, read: [...read, byteByByte, ...besides, noisy], partly: [] }
}

const LANES = 4

describeFaults(
  'a PLC that',
  LANES,
  SPEECHES.map((speech): Way => {
    const { frame, encoding, transport } = speech
    return {
      name: `${frame} ${encoding} ${transport}`,
      troubles: troublesOf(speech),
      lane: (name, patient) => melsecLane(name, speech, { alike: !patient }),
    }
  }),
)

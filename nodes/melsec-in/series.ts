// The MELSEC series: which frames each of them speaks, and how many points it gives in one request.
//
// Sources: [COM] MELSEC Communication Protocol Reference Manual SH(NA)-080008, appendix 5 "Number of processing per one
// communication"; [FX5] MELSEC iQ-F FX5 User's Manual (SLMP), 4.2; [QNU] QnUCPU User's Manual (Communication via
// Built-in Ethernet Port), 5.1.2; [ADP] FX3U-ENET-ADP User's Manual, 7.4; and the limits that plc-comm-slmp-profiles
// measured on real PLCs (2026-07). Where they disagree the smaller number stands here, see the comments.

export const seriesNames = ['q', 'l', 'iqr', 'fx5', 'fx3', 'a'] as const
export type Series = (typeof seriesNames)[number]

export const frameNames = ['3E', '4E', '1E'] as const
export type FrameName = (typeof frameNames)[number]

export const encodings = ['binary', 'ascii'] as const
export type Encoding = (typeof encodings)[number]

/** The PLC as it is spoken to: its device codes, numbers and limits depend on all three. */
export type Plc = { readonly series: Series; readonly frame: FrameName; readonly encoding: Encoding }

export const seriesTitles: Record<Series, string> = {
  q: 'MELSEC-Q',
  l: 'MELSEC-L',
  iqr: 'MELSEC iQ-R',
  fx5: 'MELSEC iQ-F (FX5)',
  fx3: 'MELSEC-FX3',
  a: 'MELSEC-A',
}

/**
 * The first is the one to begin with. 4E is for iQ-R and for the E71 units of Q and L; a built-in port of Q and L is safe with
 * 3E. FX5 speaks 1E from a later firmware on.
 */
export const framesOf: Record<Series, readonly FrameName[]> = {
  q: ['3E', '4E', '1E'],
  l: ['3E', '4E', '1E'],
  iqr: ['4E', '3E', '1E'],
  fx5: ['3E', '1E'],
  fx3: ['1E'],
  a: ['1E'],
}

/** Says why the series cannot be spoken to with this frame. */
export function checkFrame({ series, frame }: Pick<Plc, 'series' | 'frame'>): string | undefined {
  const spoken = framesOf[series]
  return spoken.includes(frame)
    ? undefined
    : `${seriesTitles[series]} does not speak ${frame}: choose ${spoken.join(' or ')}`
}

/** What one request may ask for; 0 = the frame has no such command. */
export type Limits = {
  /** 16-bit words of word devices. */
  words: number
  /** 16-bit words made of bit devices, 16 points each. */
  bitWords: number
  /** Points of bit devices. */
  bits: number
  /** Words and double words picked from anywhere, together. */
  random: number
}

// [ADP] 7.4, FX3U-ENET(-L) 9.3.1
const SMALL_1E: Limits = { words: 64, bitWords: 32, bits: 256, random: 0 }
// [QNU] 5.1.2 (2) (b); node-red-contrib-mcprotocol has the same ("PG 468")
const E71_1E: Limits = { words: 256, bitWords: 128, bits: 256, random: 0 }

/**
 * The limit of bits is half as high in ASCII ([COM] appendix 5, "E71"; an E71 and a built-in port are alike in this). [COM]
 * gives 192 random points for Q and L, 96 with the subcommands of iQ-R; the measured limits agree.
 */
const limits3E: Record<Exclude<Series, 'fx3' | 'a'>, Record<Encoding, Limits>> = {
  q: {
    binary: { words: 960, bitWords: 960, bits: 7168, random: 192 },
    ascii: { words: 960, bitWords: 960, bits: 3584, random: 192 },
  },
  l: {
    binary: { words: 960, bitWords: 960, bits: 7168, random: 192 },
    ascii: { words: 960, bitWords: 960, bits: 3584, random: 192 },
  },
  iqr: {
    binary: { words: 960, bitWords: 960, bits: 7168, random: 96 },
    ascii: { words: 960, bitWords: 960, bits: 3584, random: 96 },
  },
  // [FX5] 4.2 halves the words as well in ASCII; for random points it is assumed to, as no source says
  fx5: {
    binary: { words: 960, bitWords: 960, bits: 3584, random: 192 },
    ascii: { words: 480, bitWords: 480, bits: 1792, random: 96 },
  },
}

export function limitsOf({ series, frame, encoding }: Plc): Limits {
  if (series === 'fx3') return SMALL_1E
  if (series === 'a') return E71_1E
  if (frame === '1E') return series === 'fx5' ? SMALL_1E : E71_1E
  return limits3E[series][encoding]
}

/**
 * Bit devices that are read as words have to begin at a multiple of this. 1E: [ADP] 7.4 note 1, else end code 58. 3E and 4E
 * have no such rule for a batch ([COM] 8.2).
 */
export function bitWordAlignment(frame: FrameName): number {
  return frame === '1E' ? 16 : 1
}

// Names that are hard to carry.

/** They go into a database and come back equal, as a measurement, as key or value of a tag and as a field. */
export const GOOD_NAMES = [
  'plain',
  'a b',
  ' a ',
  'a,b',
  ',',
  'a=b',
  '=',
  'say "hi"',
  '"DB 1"."flow, rate=x"',
  "it's",
  'a\\b',
  '\\a',
  'a#b',
  '{a}',
  'a;b/c:d|e%f&g?h',
  '温度',
  '😀 5',
  'a\u00a0b',
  'a\u2028b',
]

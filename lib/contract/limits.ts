// Sizes that several processes must agree on.

/** Version of the control messages; a child that speaks another one is not started again. */
export const CONTROL_VERSION = 1
/** A control message above this is counted and dropped, bytes of text it may carry. */
export const CONTROL_TEXT_MAX = 8 * 1024
/** A log line is cut here, bytes. */
export const LOG_LINE_MAX = 8 * 1024
/** Default size of the live queue, bytes. */
export const LIVE_CAPACITY_BYTES = 16 * 1024 * 1024
/** A queue refuses a body above this, bytes. */
export const MESSAGE_MAX_BYTES = 4 * 1024 * 1024
/** Tags of one reader. */
export const TAGS_MAX = 100_000
/** Queue message titles. */
export const TITLE_TAGS = 'tags'
export const TITLE_SAMPLES = 'samples'
export const TITLE_READINGS = 'readings'
/** Recipient of everything in the durable queue. */
export const HISTORIAN = 'historian'
/** The control channel of a child: a socket of its own, see control-channel.ts. */
export const CONTROL_FD = 3
/** A line of a child on the control channel above this is counted and dropped, bytes. */
export const CONTROL_LINE_MAX = 1024 * 1024
/** An answer that a person looks at: well within a line, and parsed in a few ms by whoever has a flow to run besides, bytes. */
export const ANSWER_MAX_BYTES = 256 * 1024
/** The same of its supervisor, whose longest line is the configuration of a reader with all the tags that it may have. */
export const CONFIGURATION_LINE_MAX = 64 * 1024 * 1024

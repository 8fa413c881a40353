// The signal at which a process says what memory it holds: one that means nothing to a process without a terminal, so that a process
// which does not listen survives it. Node-RED's own shutdown listens to the usual ones.

export const PROBE_SIGNAL = 'SIGWINCH'

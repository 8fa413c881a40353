// What to do about errors of SQLite whose own text, "disk I/O error", does not tell their cause. Pure.

const LOCAL_DISK =
  "put Node-RED's user folder on a local disk (ext4, xfs, btrfs), not on a network share or a folder that a virtual machine or a container shares with its host"

/**
 * Extended result codes (https://sqlite.org/rescode.html) -> what they mean. The write-ahead log has its index in a file that
 * all its processes map into their memory (https://sqlite.org/wal.html, section 2.2).
 */
const ADVICE: ReadonlyMap<number, string> = new Map([
  // SQLITE_IOERR_LOCK, SQLITE_IOERR_SHMLOCK
  [3850, `the file system cannot lock files, which a database needs: ${LOCAL_DISK}`],
  [5130, `the file system cannot lock files, which a database needs: ${LOCAL_DISK}`],
  // SQLITE_IOERR_SHMMAP, SQLITE_IOERR_MMAP
  [5386, `the file system cannot share mapped files between processes, which a database needs: ${LOCAL_DISK}`],
  [6154, `the file system cannot share mapped files between processes, which a database needs: ${LOCAL_DISK}`],
])

/** The text of an error of SQLite, with what to do where that is known. */
export function sqliteText(error: Error): string {
  const advice = 'errcode' in error && typeof error.errcode === 'number' ? ADVICE.get(error.errcode) : undefined
  return advice === undefined ? error.message : `${advice} (${error.message})`
}

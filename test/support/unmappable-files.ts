// A file system without shared mappings, as network shares and shared folders of virtual machines are: a library before all
// others lets no file of one folder be mapped, and hands itself on to all child processes. It is compiled for the test.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** mmap(2) fails with ENODEV where the underlying file system does not support memory mapping. */
const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int refused(int flags, int fd) {
  char link[64], path[4096];
  const char *folder = getenv("UNMAPPABLE_FOLDER");
  if (fd < 0 || !(flags & MAP_SHARED) || !folder) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strncmp(path, folder, strlen(folder)) == 0;
}
#define INSTEAD_OF(name, offset) \\
  void *name(void *at, size_t length, int protection, int flags, int fd, offset from) { \\
    if (refused(flags, fd)) { errno = ENODEV; return MAP_FAILED; } \\
    void *(*real)(void *, size_t, int, int, int, offset) = dlsym(RTLD_NEXT, #name); \\
    return real(at, length, protection, flags, fd, from); \\
  }
INSTEAD_OF(mmap, off_t)
INSTEAD_OF(mmap64, off64_t)

static char preload[4096], folder[4096];

__attribute__((constructor)) static void remember(void) {
  snprintf(preload, sizeof preload, "LD_PRELOAD=%s", getenv("LD_PRELOAD") ?: "");
  snprintf(folder, sizeof folder, "UNMAPPABLE_FOLDER=%s", getenv("UNMAPPABLE_FOLDER") ?: "");
}

/* libuv starts children by it, with an environment that the program chose. */
int execvp(const char *file, char *const arguments[]) {
  size_t count = 0;
  while (environ && environ[count]) count++;
  char *with[count + 3];
  memcpy(with, environ, count * sizeof *with);
  with[count] = preload;
  with[count + 1] = folder;
  with[count + 2] = NULL;
  return execvpe(file, arguments, with);
}
`

/**
 * For NodeRedOptions.launcher: to the process and its children no file below `folder` can be mapped. Skips the tests of the context where no
 * compiler is, which is a failure in CI.
 */
export function withUnmappableFiles(context: Mocha.Context, scratch: string, folder: string): string[] {
  const [source, library] = [join(scratch, 'unmappable.c'), join(scratch, 'unmappable.so')]
  writeFileSync(source, SOURCE)
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  if (status !== 0) {
    const advice = `a file system without shared mappings cannot be imitated: no C compiler (cc)? ${stderr ?? ''}`
    if (process.env.CI) throw new Error(advice)
    console.warn(`      ${advice}`)
    context.skip()
  }
  return ['env', `LD_PRELOAD=${library}`, `UNMAPPABLE_FOLDER=${folder}`]
}

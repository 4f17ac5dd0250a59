"""A library that is loaded before libc's own: locks that the file system refuses, and a wall clock that steps."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

LOCKS: Final = "STRANDLINE_REFUSED_LOCK"
"""The environment variable that names the error, as a number, with which every lock is refused."""

CLOCK: Final = "STRANDLINE_CLOCK"
"""The environment variable that names a file of eight bytes: by how many seconds the wall clock is wrong."""

_LONGEST: Final = 60.0  # seconds for a compiler to make a page of C

_SOURCE: Final = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int is_lock(int command) {
    return command == F_SETLK || command == F_SETLKW || command == F_GETLK
        || command == F_OFD_SETLK || command == F_OFD_SETLKW || command == F_OFD_GETLK;
}

static int refuse_or_call(const char *name, int file, int command, void *argument) {
    int (*real)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, name);
    const char *refused = getenv("STRANDLINE_REFUSED_LOCK");
    if (refused && is_lock(command)) {
        errno = atoi(refused);
        return -1;
    }
    return real(file, command, argument);
}

int fcntl(int file, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return refuse_or_call("fcntl", file, command, argument);
}

int fcntl64(int file, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return refuse_or_call("fcntl64", file, command, argument);
}

static int64_t wrong_by(void) {
    static volatile int64_t *mapped;
    const char *path = getenv("STRANDLINE_CLOCK");
    if (!path) return 0;
    if (!mapped) {
        int file = open(path, O_RDONLY);
        if (file < 0) return 0;
        void *map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
        close(file);
        if (map == MAP_FAILED) return 0;
        mapped = map;
    }
    return *mapped;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *);
    real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += wrong_by();
    return result;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec whole;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &whole);
    now->tv_sec = whole.tv_sec;
    now->tv_usec = whole.tv_nsec / 1000;
    return 0;
}
"""


def compiler() -> str | None:
    """Find a C compiler; None if there is none."""
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


@cache
def built() -> Path | None:
    """Compile the library, once in a process; None if that fails. It is gone when the process ends."""
    cc = compiler()
    if cc is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="strandline-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    source, library = folder / "preload.c", folder / "preload.so"
    source.write_text(_SOURCE, "utf-8")
    words = [cc, "-shared", "-fPIC", "-O1", "-o", os.fspath(library), os.fspath(source), "-ldl"]
    try:
        done = subprocess.run(words, capture_output=True, timeout=_LONGEST, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return library if done.returncode == 0 else None

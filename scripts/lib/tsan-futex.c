// Loaded before a run under the thread sanitizer (scripts/test --sanitize thread).
//
// The contended path of the toolchain's Mutex lets the kernel hand the lock over (FUTEX_LOCK_PI),
// where the sanitizer cannot see it and reports a race between two lock holders. This tells it what
// the kernel does: a lock taken there acquires, a lock given back there releases.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

long syscall(long number, ...) {
    static long (*next)(long, ...);
    long w[6];
    va_list words;
    va_start(words, number);
    for (int i = 0; i < 6; i++) w[i] = va_arg(words, long);
    va_end(words);
    if (!next) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    int operation = number == SYS_futex ? (int)(w[1] & FUTEX_CMD_MASK) : -1;
    if (operation == FUTEX_UNLOCK_PI && __tsan_release) __tsan_release((void *)w[0]);
    long result = next(number, w[0], w[1], w[2], w[3], w[4], w[5]);
    if ((operation == FUTEX_LOCK_PI || operation == FUTEX_TRYLOCK_PI) && result == 0 && __tsan_acquire)
        __tsan_acquire((void *)w[0]);
    return result;
}

// Loaded before a run under the thread sanitizer (scripts/test --sanitize thread).
//
// The contended path of the toolchain's Mutex lies in a library that the sanitizer does not see
// into, so it reports a race between two holders of one lock. These two functions stand before the
// library's own and say what those do: a slow lock acquires, a slow unlock releases.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

typedef SWIFT void (*lock_slow)(uint32_t thread, SELF);
typedef SWIFT void (*unlock_slow)(SELF);

// Synchronization._MutexHandle._lockSlow(UInt32)
SWIFT void lock(uint32_t thread, SELF)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT void lock(uint32_t thread, SELF) {
    static lock_slow next;
    if (!next)
        next = (lock_slow)dlsym(
            RTLD_NEXT, "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
    next(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

// Synchronization._MutexHandle._unlockSlow()
SWIFT void unlock(SELF) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
SWIFT void unlock(SELF) {
    static unlock_slow next;
    if (!next)
        next = (unlock_slow)dlsym(
            RTLD_NEXT, "$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
    if (__tsan_release) __tsan_release(self);
    next(self);
}

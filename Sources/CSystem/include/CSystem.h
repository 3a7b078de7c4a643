#pragma once

// Linux calls that the toolchain's Glibc module does not offer, and the variadic ones.
//
// No system header but stdint.h is included here, and addresses are untyped: otherwise this
// module would claim glibc's structures, and every user of `stat` would have to import it.
// Functions return -1 and set errno when they fail, unless they say otherwise.

#include <stdint.h>

// What a descriptor is ready for, with EPOLL's own bits.
struct csystem_event {
    uint64_t token;
    uint32_t events;
};

int csystem_epoll_create(void);
int csystem_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);
int csystem_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t token);
int csystem_epoll_remove(int epoll, int descriptor);
// At most 256 events; a timeout of -1 waits for ever.
int csystem_epoll_wait(int epoll, struct csystem_event *events, int maximum, int milliseconds);

// A non-blocking counter to wake an epoll; adding to it never fails for being full.
int csystem_wake_create(void);
void csystem_wake_signal(int descriptor);
void csystem_wake_clear(int descriptor);

// Blocks the signals in this thread (and those it starts) and reports them on a non-blocking
// descriptor.
int csystem_signal_create(const int32_t *signals, int count);
// The next signal, or 0 if there is none.
int csystem_signal_next(int descriptor);
// Writes to closed sockets then fail with EPIPE instead of ending the process.
void csystem_ignore_broken_pipes(void);

// accept4: the new socket is non-blocking and closed on exec. `address` has `*length` bytes.
int csystem_accept(int listener, void *address, uint32_t *length);

// Fills a sockaddr_un of at most 128 bytes.
int csystem_unix_address(const char *path, void *address, uint32_t *length);

// Sends a datagram to the Unix socket at `path`, without waiting; `@` begins an abstract name.
int csystem_notify(const char *path, const void *text, uint32_t bytes);

// flock: exclusive, without waiting.
int csystem_lock(int descriptor);

// The columns of the terminal behind a descriptor, or 0 if there is none.
int csystem_terminal_columns(int descriptor);

// Names the calling thread (15 bytes are kept), for ps, top and core files.
void csystem_name_thread(const char *name);
// Lets others run before the calling thread: a nice value of 1 to 19 (all others).
void csystem_yield_priority(int niceness);

// Overwrites the value of a flag (`--flag VALUE` or `--flag=VALUE`) in the list of processes.
// Copies of the arguments that were taken before are not changed.
void csystem_hide_argument(const char *flag);

// The text of an errno value, in a static table: never freed, any thread.
const char *csystem_error_text(int error);

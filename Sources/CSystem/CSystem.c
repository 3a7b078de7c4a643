#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// The bits that ReadyEvents spells out.
_Static_assert(EPOLLIN == 0x1 && EPOLLOUT == 0x4 && EPOLLERR == 0x8, "event bits");
_Static_assert(EPOLLHUP == 0x10 && EPOLLRDHUP == 0x2000, "event bits");

enum { most_events = 256 };

int csystem_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int epoll, int action, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, action, descriptor, &event);
}

int csystem_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, events, token);
}

int csystem_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t token) {
    return control(epoll, EPOLL_CTL_MOD, descriptor, events, token);
}

int csystem_epoll_remove(int epoll, int descriptor) {
    return control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

int csystem_epoll_wait(int epoll, struct csystem_event *events, int maximum, int milliseconds) {
    struct epoll_event ready[most_events];
    if (maximum > most_events) maximum = most_events;
    int count = epoll_wait(epoll, ready, maximum, milliseconds);
    for (int index = 0; index < count; index++) {
        events[index].token = ready[index].data.u64;
        events[index].events = ready[index].events;
    }
    return count;
}

int csystem_wake_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void csystem_wake_signal(int descriptor) {
    uint64_t one = 1;
    // A full counter (EAGAIN) is awake already; an interrupted write is repeated.
    while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {}
}

void csystem_wake_clear(int descriptor) {
    uint64_t count;
    while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {}
}

int csystem_signal_create(const int32_t *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int index = 0; index < count; index++) sigaddset(&set, signals[index]);
    int status = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (status != 0) {
        errno = status;
        return -1;
    }
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int csystem_signal_next(int descriptor) {
    struct signalfd_siginfo info;
    ssize_t got;
    do got = read(descriptor, &info, sizeof info);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

void csystem_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

int csystem_accept(int listener, void *address, uint32_t *length) {
    socklen_t size = *length;
    int accepted = accept4(listener, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    *length = size;
    return accepted;
}

int csystem_unix_address(const char *path, void *address, uint32_t *length) {
    struct sockaddr_un *name = address;
    size_t bytes = strlen(path);
    if (bytes >= sizeof name->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memset(name, 0, sizeof *name);
    name->sun_family = AF_UNIX;
    memcpy(name->sun_path, path, bytes + 1);
    *length = (uint32_t)(offsetof(struct sockaddr_un, sun_path) + bytes + 1);
    return 0;
}

int csystem_notify(const char *path, const void *text, uint32_t bytes) {
    struct sockaddr_un name;
    uint32_t length;
    if (csystem_unix_address(path, &name, &length) != 0) return -1;
    if (name.sun_path[0] == '@') {
        // An abstract name begins with a zero and has none at its end.
        name.sun_path[0] = 0;
        length--;
    }
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    ssize_t sent = sendto(descriptor, text, bytes, MSG_NOSIGNAL | MSG_DONTWAIT,
                          (struct sockaddr *)&name, length);
    int error = errno;
    close(descriptor);
    errno = error;
    return sent < 0 ? -1 : 0;
}

int csystem_lock(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }

int csystem_terminal_columns(int descriptor) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

void csystem_name_thread(const char *name) {
    char kept[16];
    snprintf(kept, sizeof kept, "%s", name);
    pthread_setname_np(pthread_self(), kept);
}

// On Linux 0 means the calling thread, not its process. Being nice is never refused.
void csystem_yield_priority(int niceness) { setpriority(PRIO_PROCESS, 0, niceness); }

const char *csystem_error_text(int error) {
    const char *text = strerrordesc_np(error);
    return text ? text : "unknown error";
}

// The words of the command line where the kernel shows them; glibc hands them to constructors.
static int word_count;
static char **words;

__attribute__((constructor)) static void keep_arguments(int count, char **arguments) {
    word_count = count;
    words = arguments;
}

static void hide(char *word) { memset(word, '*', strlen(word)); }

void csystem_hide_argument(const char *flag) {
    size_t length = strlen(flag);
    for (int index = 1; index < word_count; index++) {
        if (strncmp(words[index], flag, length) != 0) continue;
        if (words[index][length] == '=') hide(words[index] + length + 1);
        if (words[index][length] == 0 && index + 1 < word_count) hide(words[index + 1]);
    }
}

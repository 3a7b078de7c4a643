// A preloaded library that writes down what a power cut could not take: for each file its size
// (and, while it is small, its content) at the last fsync that returned.
//
//     journal = line…
//     line    = "S inode size [hex of the content, up to 4096 bytes]\n"   a sync that returned
//             | "U inode\n"                                               the file's name went away
//
// POWER_CUT_JOURNAL names the journal, POWER_CUT_FOLDER the folder that is watched.
// POWER_CUT_LAZY=1 makes the real calls into nothing: the cut is simulated anyhow.
// The sync is recorded behind the real call and before the caller knows of it; the size is taken
// before it, since a byte appended meanwhile need not be on the disk.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { small = 4096 };

static int journal = -1;
static const char *folder;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_journal(void) {
    const char *path = getenv("POWER_CUT_JOURNAL");
    folder = getenv("POWER_CUT_FOLDER");
    if (path && folder) journal = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int is_watched(int fd) {
    char link[64], path[4096];
    pthread_once(&once, open_journal);
    if (journal < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

static void append(const char *line, size_t length) {
    if (write(journal, line, length) != (ssize_t)length) abort();
}

static int synchronize(int fd, const char *name) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    struct stat before;
    char content[small], line[2 * small + 64];
    ssize_t held = -1;
    int watched = is_watched(fd) && fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
    if (watched && before.st_size <= small) {
        // The descriptor may be open for writing only.
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        int copy = open(link, O_RDONLY | O_CLOEXEC);
        if (copy >= 0) {
            held = pread(copy, content, (size_t)before.st_size, 0);
            close(copy);
        }
    }
    int result = getenv("POWER_CUT_LAZY") ? 0 : real(fd);
    if (result != 0 || !watched) return result;
    int length = snprintf(line, sizeof line, "S %lu %ld ", before.st_ino, (long)before.st_size);
    for (ssize_t i = 0; i < held; i++) {
        length += snprintf(line + length, 3, "%02x", (unsigned char)content[i]);
    }
    line[length++] = '\n';
    append(line, (size_t)length);
    return 0;
}

int fsync(int fd) { return synchronize(fd, "fsync"); }

int fdatasync(int fd) { return synchronize(fd, "fdatasync"); }

// The inode of a file that is gone may come back under another name, with nothing of it on disk.
static void forget(const char *path) {
    struct stat before;
    char line[64];
    pthread_once(&once, open_journal);
    if (journal < 0 || stat(path, &before) != 0 || before.st_nlink > 1) return;
    append(line, (size_t)snprintf(line, sizeof line, "U %lu\n", before.st_ino));
}

int unlink(const char *path) {
    int (*real)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
    forget(path);
    return real(path);
}

int rename(const char *from, const char *to) {
    int (*real)(const char *, const char *) =
        (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    forget(to);
    return real(from, to);
}

// The floor below Entrepot: the puts and gets of one trade, straight into RocksDB, in groups, with
// the fsync on a thread of its own. Prints one line of JSON. See README.md beside this file.
//
//   raw DESCRIPTION --dir DIR [--group N] [--seconds S] [--sync thread|inline|none] [--ahead N]

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <rocksdb/c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FAMILIES = 16, STEPS = 64, KEY = 64, VALUE = 65536 };
enum keys { SEQUENTIAL, RANDOM, UNIQUE };

struct family {
    char name[32];
    int exact, bloom, key_size;
    uint64_t rows, next;  // rows put in before the start; the next sequential key
    int row_size;
    rocksdb_column_family_handle_t *handle;
};
struct step {
    int put, family;
    enum keys keys;
    uint64_t range;
    int value_size;
};

static struct family families[FAMILIES];
static struct step steps[STEPS];
static int family_count, step_count;
static uint8_t payload[VALUE];
static uint64_t random_state = 0x9e3779b97f4a7c15;

static rocksdb_t *db;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint64_t written, synced;
static int finished;
static double sync_cpu;

static void die(const char *what, const char *why) {
    fprintf(stderr, "raw: %s: %s\n", what, why);
    exit(1);
}

static void check(const char *what, char *error) {
    if (error) die(what, error);
}

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t random64(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static int family_named(const char *name) {
    for (int i = 0; i < family_count; i++)
        if (!strcmp(families[i].name, name)) return i;
    die("no such family in the description", name);
    return -1;
}

// family NAME exact|ordered KEYBYTES [bloom] [rows COUNT BYTES]
static void read_family(char *rest) {
    if (family_count == FAMILIES) die("description", "too many families");
    struct family *f = &families[family_count++];
    char kind[16], *word;
    int used = 0;
    if (sscanf(rest, "%31s %15s %d %n", f->name, kind, &f->key_size, &used) != 3)
        die("family line", rest);
    f->exact = !strcmp(kind, "exact");
    if ((!f->exact && strcmp(kind, "ordered")) || f->key_size < 8 || f->key_size > KEY)
        die("family line", rest);
    for (word = strtok(rest + used, " \t\n"); word; word = strtok(NULL, " \t\n")) {
        if (!strcmp(word, "bloom")) {
            f->bloom = 1;
        } else if (!strcmp(word, "rows")) {
            char *count = strtok(NULL, " \t\n"), *size = strtok(NULL, " \t\n");
            if (!count || !size) die("rows", "needs a count and a size");
            f->rows = strtoull(count, NULL, 10);
            f->row_size = atoi(size);
            if (f->row_size < 0 || f->row_size > VALUE) die("rows", size);
        } else {
            die("family word", word);
        }
    }
}

// put FAMILY sequential|unique|random:RANGE VALUEBYTES [TIMES]    get FAMILY … [TIMES]
static void read_step(int put, char *rest) {
    char name[32], keys[32];
    struct step s = {.put = put};
    int times = 1, size = 0, used = 0;
    if (sscanf(rest, "%31s %31s %n", name, keys, &used) != 2) die("step line", rest);
    s.family = family_named(name);
    if (!strcmp(keys, "sequential")) s.keys = SEQUENTIAL;
    else if (!strcmp(keys, "unique")) s.keys = UNIQUE;
    else if (!strncmp(keys, "random:", 7) && (s.range = strtoull(keys + 7, NULL, 10))) s.keys = RANDOM;
    else die("keys", keys);
    if (put && sscanf(rest + used, "%d %d", &size, &times) < 1) die("put needs a size", rest);
    if (!put) sscanf(rest + used, "%d", &times);
    if (size < 0 || size > VALUE) die("value size", rest);
    s.value_size = size;
    for (; times > 0; times--) {
        if (step_count == STEPS) die("description", "too many steps");
        steps[step_count++] = s;
    }
}

static void read_description(const char *path) {
    FILE *file = fopen(path, "r");
    char line[256], word[16];
    int used;
    if (!file) die(path, strerror(errno));
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "#\n")] = 0;
        if (sscanf(line, "%15s %n", word, &used) != 1) continue;
        if (!strcmp(word, "family")) read_family(line + used);
        else if (!strcmp(word, "put")) read_step(1, line + used);
        else if (!strcmp(word, "get")) read_step(0, line + used);
        else die("unknown word", word);
    }
    fclose(file);
    if (!family_count || !step_count) die(path, "describes nothing");
}

static void put_number(uint8_t *key, int size, uint64_t number) {
    memset(key, 0, (size_t)size);
    for (int i = 0; i < 8; i++) key[size - 1 - i] = (uint8_t)(number >> (8 * i));
}

static void make_key(const struct step *s, uint8_t *key) {
    struct family *f = &families[s->family];
    switch (s->keys) {
    case SEQUENTIAL: put_number(key, f->key_size, f->next++); break;
    case RANDOM: put_number(key, f->key_size, random64() % s->range); break;
    case UNIQUE:
        for (int i = 0; i + 8 <= f->key_size; i += 8) {
            uint64_t r = random64();
            memcpy(key + i, &r, 8);
        }
        for (int i = f->key_size & ~7; i < f->key_size; i++) key[i] = (uint8_t)random64();
    }
}

static void open_database(const char *folder, int manual_flush) {
    const char *names[FAMILIES + 1] = {"default"};
    rocksdb_options_t *options[FAMILIES + 1];
    rocksdb_column_family_handle_t *handles[FAMILIES + 1];
    char *error = NULL;
    for (int i = 0; i <= family_count; i++) {
        rocksdb_options_t *o = options[i] = rocksdb_options_create();
        rocksdb_options_set_create_if_missing(o, 1);
        rocksdb_options_set_create_missing_column_families(o, 1);
        rocksdb_options_set_allow_concurrent_memtable_write(o, 0);
        // As the store keeps its families: Sources/RocksDB/OptionStore.swift, Keyspace.swift.
        rocksdb_options_set_compression(o, rocksdb_lz4_compression);
        rocksdb_options_set_level_compaction_dynamic_level_bytes(o, 1);
        rocksdb_options_set_max_write_buffer_number(o, 3);
        rocksdb_options_set_write_buffer_size(o, 64 << 20);
        rocksdb_options_set_max_total_wal_size(o, 128 << 20);
        rocksdb_options_set_wal_recovery_mode(o, rocksdb_tolerate_corrupted_tail_records_recovery);
        rocksdb_options_set_manual_wal_flush(o, (unsigned char)manual_flush);
        if (i == 0) continue;
        struct family *f = &families[i - 1];
        names[i] = f->name;
        rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();
        rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom(10));
        rocksdb_options_set_block_based_table_factory(o, table);
        if (f->exact) {
            // The prefix is the whole key: one bucket per key, never to be iterated.
            rocksdb_options_set_prefix_extractor(
                o, rocksdb_slicetransform_create_fixed_prefix((size_t)f->key_size));
            rocksdb_options_set_hash_link_list_rep(o, (64 << 20) / 128);
        } else {
            rocksdb_options_set_bottommost_compression(o, rocksdb_zstd_compression);
        }
        if (f->bloom) {
            rocksdb_options_set_memtable_prefix_bloom_size_ratio(o, 0.1);
            rocksdb_options_set_memtable_whole_key_filtering(o, 1);
        }
    }
    db = rocksdb_open_column_families(
        options[0], folder, family_count + 1, names, (const rocksdb_options_t *const *)options,
        handles, &error);
    check("open", error);
    for (int i = 0; i < family_count; i++) families[i].handle = handles[i + 1];
    rocksdb_column_family_handle_destroy(handles[0]);
}

static void fill(rocksdb_writeoptions_t *how) {
    uint8_t key[KEY];
    char *error = NULL;
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
    for (int i = 0; i < family_count; i++) {
        struct family *f = &families[i];
        for (uint64_t row = 0; row < f->rows; row++) {
            put_number(key, f->key_size, row);
            rocksdb_writebatch_put_cf(
                batch, f->handle, (char *)key, (size_t)f->key_size, (char *)payload,
                (size_t)f->row_size);
            if (row % 1000 == 999 || row + 1 == f->rows) {
                rocksdb_write(db, how, batch, &error);
                check("fill", error);
                rocksdb_writebatch_clear(batch);
            }
        }
        f->next = f->rows;
    }
    rocksdb_writebatch_destroy(batch);
}

static void *sync_thread(void *unused) {
    char *error = NULL;
    (void)unused;
    pthread_mutex_lock(&lock);
    while (!finished || synced < written) {
        if (synced == written) {
            pthread_cond_wait(&changed, &lock);
            continue;
        }
        uint64_t upto = written;
        pthread_mutex_unlock(&lock);
        rocksdb_flush_wal(db, 1, &error);
        check("fsync", error);
        pthread_mutex_lock(&lock);
        synced = upto;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    sync_cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

static void run_trade(rocksdb_writebatch_t *batch, rocksdb_readoptions_t *reading) {
    uint8_t key[KEY];
    char *error = NULL;
    for (int i = 0; i < step_count; i++) {
        const struct step *s = &steps[i];
        const struct family *f = &families[s->family];
        make_key(s, key);
        if (s->put) {
            memcpy(payload, key, 8);
            rocksdb_writebatch_put_cf(
                batch, f->handle, (char *)key, (size_t)f->key_size, (char *)payload,
                (size_t)s->value_size);
        } else {
            rocksdb_pinnableslice_t *value = rocksdb_get_pinned_cf(
                db, reading, f->handle, (char *)key, (size_t)f->key_size, &error);
            check("get", error);
            if (value) rocksdb_pinnableslice_destroy(value);
        }
    }
}

static uint64_t folder_bytes(const char *folder) {
    char path[4096];
    uint64_t total = 0;
    DIR *directory = opendir(folder);
    if (!directory) return 0;
    for (struct dirent *e; (e = readdir(directory));) {
        struct stat s;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (!stat(path, &s) && S_ISREG(s.st_mode)) total += (uint64_t)s.st_size;
    }
    closedir(directory);
    return total;
}

int main(int count, char **words) {
    const char *folder = NULL, *mode = "thread";
    int group = 256, ahead = 2;
    double limit = 5;
    if (count < 2) die("usage", "raw DESCRIPTION --dir DIR [--group N] [--seconds S] "
                                "[--sync thread|inline|none] [--ahead N]");
    for (int i = 2; i < count; i += 2) {
        const char *value = i + 1 < count ? words[i + 1] : "";
        if (!strcmp(words[i], "--dir")) folder = value;
        else if (!strcmp(words[i], "--group")) group = atoi(value);
        else if (!strcmp(words[i], "--seconds")) limit = atof(value);
        else if (!strcmp(words[i], "--sync")) mode = value;
        else if (!strcmp(words[i], "--ahead")) ahead = atoi(value);
        else die("unknown option", words[i]);
    }
    int own_thread = !strcmp(mode, "thread"), in_line = !strcmp(mode, "inline");
    if (!own_thread && !in_line && strcmp(mode, "none")) die("--sync", mode);
    if (!folder || group < 1 || ahead < 1 || limit <= 0) die("options", "see the first lines of raw.c");
    read_description(words[1]);
    // Half noise, half zeros: about what compact records compress to.
    for (int i = 0; i < VALUE; i++) payload[i] = (i & 16) ? 0 : (uint8_t)random64();
    open_database(folder, own_thread);
    rocksdb_writeoptions_t *how = rocksdb_writeoptions_create();
    rocksdb_readoptions_t *reading = rocksdb_readoptions_create();
    fill(how);
    char *error = NULL;
    if (own_thread) {
        rocksdb_flush_wal(db, 1, &error);
        check("fsync", error);
    }
    rocksdb_writeoptions_set_sync(how, (unsigned char)in_line);

    pthread_t syncer;
    if (own_thread) pthread_create(&syncer, NULL, sync_thread, NULL);
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
    uint64_t trades = 0, groups = 0, before = folder_bytes(folder), batch_bytes = 0;
    double start = seconds(CLOCK_MONOTONIC), all = seconds(CLOCK_PROCESS_CPUTIME_ID),
           own = seconds(CLOCK_THREAD_CPUTIME_ID), wall;
    do {
        rocksdb_writebatch_clear(batch);
        for (int i = 0; i < group; i++) run_trade(batch, reading);
        if (!batch_bytes) {
            size_t size;
            rocksdb_writebatch_data(batch, &size);
            batch_bytes = size;
        }
        rocksdb_write(db, how, batch, &error);
        check("write", error);
        trades += (uint64_t)group;
        groups++;
        if (own_thread) {
            pthread_mutex_lock(&lock);
            written = groups;
            pthread_cond_broadcast(&changed);
            while (written - synced >= (uint64_t)ahead) pthread_cond_wait(&changed, &lock);
            pthread_mutex_unlock(&lock);
        }
        wall = seconds(CLOCK_MONOTONIC) - start;
    } while (wall < limit);
    own = seconds(CLOCK_THREAD_CPUTIME_ID) - own;
    if (own_thread) {
        pthread_mutex_lock(&lock);
        finished = 1;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
        pthread_join(syncer, NULL);
    }
    wall = seconds(CLOCK_MONOTONIC) - start;
    all = seconds(CLOCK_PROCESS_CPUTIME_ID) - all;
    double n = (double)trades;
    printf("{\"trades\":%llu,\"seconds\":%.2f,\"trades_per_second\":%.0f,\"group\":%d,"
           "\"sync\":\"%s\",\"cpu_us_per_trade\":%.2f,\"writer_us_per_trade\":%.2f,"
           "\"sync_us_per_trade\":%.2f,\"log_bytes_per_trade\":%.0f,\"disk_bytes_per_trade\":%.0f}\n",
           (unsigned long long)trades, wall, n / wall, group, mode, all / n * 1e6, own / n * 1e6,
           sync_cpu / n * 1e6, (double)batch_bytes / group,
           (double)(int64_t)(folder_bytes(folder) - before) / n);
    for (int i = 0; i < family_count; i++) rocksdb_column_family_handle_destroy(families[i].handle);
    rocksdb_close(db);
    return 0;
}

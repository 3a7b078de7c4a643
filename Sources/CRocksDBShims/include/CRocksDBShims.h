// What the C interface of RocksDB 7.8 lacks, as plain C: a listener for background errors, the
// options that are in force in an open database, and the sequence number of a snapshot.
//
// The shims look into the structs that RocksDB keeps private in db/c.cc (each begins with one
// field, `rep`). `rocksdb_shim_check` proves at start-up that this still holds.
#pragma once

#include <rocksdb/c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// NULL where the loaded library is the one this was compiled for and its private structs look as
/// expected; else a static sentence that says what differs. Cheap; call it before any open.
const char *rocksdb_shim_check(void);

/// The version of the loaded library, `7.8.3`: static text.
const char *rocksdb_shim_version(void);

/// Remembers the first background error of a database and counts changes of its files. Thread-safe.
typedef struct rocksdb_shim_listener_t rocksdb_shim_listener_t;

rocksdb_shim_listener_t *rocksdb_shim_listener_create(void);
/// Registers the listener in `options`; the database opened with them shares its ownership.
void rocksdb_shim_listener_attach(rocksdb_shim_listener_t *listener, rocksdb_options_t *options);
/// How many background errors there were. One atomic load.
uint64_t rocksdb_shim_listener_errors(const rocksdb_shim_listener_t *listener);
/// How often a log was ended, or files were made or removed. One atomic load.
uint64_t rocksdb_shim_listener_changes(const rocksdb_shim_listener_t *listener);
/// Copies the first error's text, cut to `capacity` bytes, without a terminator.
/// Returns its length in `buffer`; 0 where there was none.
size_t rocksdb_shim_listener_text(rocksdb_shim_listener_t *listener, char *buffer,
                                  size_t capacity);
void rocksdb_shim_listener_destroy(rocksdb_shim_listener_t *listener);

/// The options that are really in force in a family of an open database.
typedef struct {
  char memtable[64];          // the factory's name, "SkipListFactory" or another
  char prefix[64];            // the prefix extractor's id, empty where there is none
  char compression[32];       // the name of the compression above the bottom level
  uint64_t write_buffer_size; // bytes
  int wal_recovery_mode;      // rocksdb_tolerate_corrupted_tail_records_recovery and its peers
  int max_bgerror_resume_count;
  bool manual_wal_flush;
  bool allow_concurrent_memtable_write;
  bool paranoid_checks;
  bool track_and_verify_wals;
} rocksdb_shim_facts_t;

void rocksdb_shim_facts(rocksdb_t *db, rocksdb_column_family_handle_t *family,
                        rocksdb_shim_facts_t *facts);

/// Makes an ingestion read the files through and refuse them where a checksum is wrong.
void rocksdb_shim_ingest_verifying(rocksdb_ingestexternalfileoptions_t *options);

/// The last sequence number that the snapshot can see.
uint64_t rocksdb_shim_snapshot_sequence(const rocksdb_snapshot_t *snapshot);

#ifdef __cplusplus
}
#endif

#include "CRocksDBShims.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/version.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>

// The first field of each struct as db/c.cc of RocksDB 7.8 declares it.
struct rocksdb_options_t {
  rocksdb::Options rep;
};
struct rocksdb_t {
  rocksdb::DB *rep;
};
struct rocksdb_column_family_handle_t {
  rocksdb::ColumnFamilyHandle *rep;
};
struct rocksdb_ingestexternalfileoptions_t {
  rocksdb::IngestExternalFileOptions rep;
};
struct rocksdb_snapshot_t {
  const rocksdb::Snapshot *rep;
};

namespace {

const char *reasonName(rocksdb::BackgroundErrorReason reason) {
  switch (reason) {
  case rocksdb::BackgroundErrorReason::kFlush:
    return "flush";
  case rocksdb::BackgroundErrorReason::kCompaction:
    return "compaction";
  case rocksdb::BackgroundErrorReason::kWriteCallback:
    return "write callback";
  case rocksdb::BackgroundErrorReason::kMemTable:
    return "memtable";
  case rocksdb::BackgroundErrorReason::kManifestWrite:
    return "manifest write";
  case rocksdb::BackgroundErrorReason::kFlushNoWAL:
    return "flush without log";
  case rocksdb::BackgroundErrorReason::kManifestWriteNoWAL:
    return "manifest write without log";
  }
  return "background work";
}

class StoreListener final : public rocksdb::EventListener {
public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                         rocksdb::Status *status) override {
    {
      std::lock_guard<std::mutex> guard(mutex_);
      if (first_.empty()) {
        first_ = std::string(reasonName(reason)) + ": " +
                 (status != nullptr ? status->ToString() : std::string("no status"));
      }
    }
    count_.fetch_add(1, std::memory_order_release);
  }

  // An error is final here: the process stops, nothing is retried behind its back.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status status,
                            bool *automatic) override {
    status.PermitUncheckedError();
    if (automatic != nullptr) *automatic = false;
  }

  // Each of these changes which files the database is made of.
  void OnMemTableSealed(const rocksdb::MemTableInfo &) override { changed(); }
  void OnFlushCompleted(rocksdb::DB *, const rocksdb::FlushJobInfo &) override { changed(); }
  void OnCompactionCompleted(rocksdb::DB *, const rocksdb::CompactionJobInfo &) override {
    changed();
  }
  void OnExternalFileIngested(rocksdb::DB *,
                              const rocksdb::ExternalFileIngestionInfo &) override {
    changed();
  }

  uint64_t changes() const { return changes_.load(std::memory_order_acquire); }
  uint64_t count() const { return count_.load(std::memory_order_acquire); }

  size_t text(char *buffer, size_t capacity) {
    std::lock_guard<std::mutex> guard(mutex_);
    const size_t length = std::min(capacity, first_.size());
    std::memcpy(buffer, first_.data(), length);
    return length;
  }

private:
  void changed() { changes_.fetch_add(1, std::memory_order_release); }

  std::atomic<uint64_t> changes_{0};
  std::atomic<uint64_t> count_{0};
  std::mutex mutex_;
  std::string first_;
};

void copyText(char *to, size_t capacity, const std::string &from) {
  const size_t length = std::min(capacity - 1, from.size());
  std::memcpy(to, from.data(), length);
  to[length] = 0;
}

}  // namespace

struct rocksdb_shim_listener_t {
  std::shared_ptr<StoreListener> rep;
};

extern "C" {

const char *rocksdb_shim_version(void) {
  static const std::string version = rocksdb::GetRocksVersionAsString(true);
  return version.c_str();
}

const char *rocksdb_shim_check(void) {
  const std::string expected = std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR);
  if (rocksdb::GetRocksVersionAsString(false) != expected)
    return "the RocksDB library is another version than the one this program was built for";
  // Written through C, read through C++: fields near the front, the middle and the end.
  rocksdb_options_t *options = rocksdb_options_create();
  rocksdb_options_set_create_if_missing(options, 1);
  rocksdb_options_set_max_open_files(options, 4711);
  rocksdb_options_set_max_total_wal_size(options, 0x1234567890);
  rocksdb_options_set_manual_wal_flush(options, 1);
  rocksdb_options_set_write_buffer_size(options, 0x7654321);
  rocksdb_options_set_wal_recovery_mode(options, rocksdb_absolute_consistency_recovery);
  const rocksdb::Options &seen = options->rep;
  const bool same = seen.create_if_missing && seen.max_open_files == 4711 &&
                    seen.max_total_wal_size == 0x1234567890 && seen.manual_wal_flush &&
                    seen.write_buffer_size == 0x7654321 && seen.listeners.empty() &&
                    seen.wal_recovery_mode == rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  rocksdb_options_destroy(options);
  return same ? nullptr : "the RocksDB library's private layout is not the one expected";
}

rocksdb_shim_listener_t *rocksdb_shim_listener_create(void) {
  return new rocksdb_shim_listener_t{std::make_shared<StoreListener>()};
}

void rocksdb_shim_listener_attach(rocksdb_shim_listener_t *listener, rocksdb_options_t *options) {
  options->rep.listeners.push_back(listener->rep);
}

uint64_t rocksdb_shim_listener_errors(const rocksdb_shim_listener_t *listener) {
  return listener->rep->count();
}

uint64_t rocksdb_shim_listener_changes(const rocksdb_shim_listener_t *listener) {
  return listener->rep->changes();
}

size_t rocksdb_shim_listener_text(rocksdb_shim_listener_t *listener, char *buffer,
                                  size_t capacity) {
  return listener->rep->text(buffer, capacity);
}

void rocksdb_shim_listener_destroy(rocksdb_shim_listener_t *listener) { delete listener; }

void rocksdb_shim_facts(rocksdb_t *db, rocksdb_column_family_handle_t *family,
                        rocksdb_shim_facts_t *facts) {
  const rocksdb::Options options = db->rep->GetOptions(family->rep);
  copyText(facts->memtable, sizeof facts->memtable, options.memtable_factory->Name());
  copyText(facts->prefix, sizeof facts->prefix,
           options.prefix_extractor ? options.prefix_extractor->GetId() : std::string());
  std::string compression;
  rocksdb::Status named =
      rocksdb::GetStringFromCompressionType(&compression, options.compression);
  copyText(facts->compression, sizeof facts->compression, named.ok() ? compression : "unknown");
  facts->write_buffer_size = options.write_buffer_size;
  facts->wal_recovery_mode = static_cast<int>(options.wal_recovery_mode);
  facts->max_bgerror_resume_count = options.max_bgerror_resume_count;
  facts->manual_wal_flush = options.manual_wal_flush;
  facts->allow_concurrent_memtable_write = options.allow_concurrent_memtable_write;
  facts->paranoid_checks = options.paranoid_checks;
  facts->track_and_verify_wals = options.track_and_verify_wals_in_manifest;
}

void rocksdb_shim_ingest_verifying(rocksdb_ingestexternalfileoptions_t *options) {
  options->rep.verify_checksums_before_ingest = true;
}

uint64_t rocksdb_shim_snapshot_sequence(const rocksdb_snapshot_t *snapshot) {
  return snapshot->rep->GetSequenceNumber();
}

}  // extern "C"

package import RocksDB

/// The column families, in the order in which the database opens them.
///
/// The raw values index the list of families and are in the witness table on disk: never renumber.
package enum Keyspace: Int, CaseIterable, Sendable {
    /// RocksDB insists on it; nothing is stored there.
    case standard = 0
    case trades = 1
    case cargo = 2
    case inventory = 3
    case events = 4
    case ids = 5
    case due = 6
    case postings = 7
    case catalog = 8
    case outbox = 9
    case meta = 10
    case local = 11

    package var name: String {
        switch self {
        case .standard: "default"
        case .trades: "trades"
        case .cargo: "cargo"
        case .inventory: "inventory"
        case .events: "events"
        case .ids: "ids"
        case .due: "due"
        case .postings: "postings"
        case .catalog: "catalog"
        case .outbox: "outbox"
        case .meta: "meta"
        case .local: "local"
        }
    }

    package var family: Family { Family(index: rawValue) }

    /// Whether the last row put here is a witness, by which a start can tell that the family has
    /// not fallen behind the others. The events prove themselves by their chain.
    package var hasWitness: Bool {
        switch self {
        case .trades, .cargo, .inventory, .ids, .due, .catalog, .outbox: true
        case .standard, .events, .postings, .meta, .local: false
        }
    }

    /// Whether the state digest covers the family's values.
    package var isInDigest: Bool {
        switch self {
        case .trades, .cargo, .inventory, .ids, .catalog, .outbox: true
        case .standard, .events, .due, .postings, .meta, .local: false
        }
    }

    /// How the family is kept. Random keys that are only ever read whole (`inventory`, `ids`) have
    /// hash memtables: an insert costs a quarter of a skiplist's.
    package func options(writeBufferBytes: Int) -> FamilyOptions {
        // One compression everywhere: files of ascending keys, which do not overlap, then only
        // move down and are never written again.
        let oneCompression = "bottommost_compression=kLZ4Compression"
        return switch self {
        case .inventory:
            // The rows in use are in memory, so reads here are rare: several small memtables, which
            // the processor's cache holds while they are filled and sorted, become one file.
            FamilyOptions(
                name: name, memtable: .hashList(keyLength: 8), bloomBitsPerKey: 10,
                writeBufferBytes: min(writeBufferBytes, 4 << 20),
                overrides: oneCompression + ";max_write_buffer_number=16;"
                    + "min_write_buffer_number_to_merge=6")
        case .ids:
            // Every new id is looked up in each memtable: their filters stay in the cache.
            FamilyOptions(
                name: name, memtable: .hashList(keyLength: 16), bloomBitsPerKey: 10,
                writeBufferBytes: min(writeBufferBytes, 16 << 20),
                overrides: oneCompression + ";memtable_prefix_bloom_size_ratio=0.02;"
                    + "memtable_whole_key_filtering=true")
        case .trades, .cargo:
            FamilyOptions(
                name: name, memtable: .skiplist, bloomBitsPerKey: 10,
                writeBufferBytes: writeBufferBytes, overrides: oneCompression)
        case .postings:
            // Sorted runs that arrive as files: merged by size, so that a run is rewritten a few
            // times in all and not with every fourth run that follows it.
            FamilyOptions(
                name: name, memtable: .skiplist, bloomBitsPerKey: nil,
                writeBufferBytes: writeBufferBytes,
                overrides: "compaction_style=kCompactionStyleUniversal;"
                    + "level0_file_num_compaction_trigger=8;" + oneCompression)
        case .events, .due, .outbox:
            FamilyOptions(
                name: name, memtable: .skiplist, bloomBitsPerKey: nil,
                writeBufferBytes: writeBufferBytes, overrides: oneCompression)
        default:
            FamilyOptions(
                name: name, memtable: .skiplist, bloomBitsPerKey: nil,
                writeBufferBytes: writeBufferBytes)
        }
    }

    /// All families, in the order in which the database opens them.
    package static func families(_ options: StoreOptions) -> [FamilyOptions] {
        allCases.map { $0.options(writeBufferBytes: options.writeBufferBytes) }
    }
}

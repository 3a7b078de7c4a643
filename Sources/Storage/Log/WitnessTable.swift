package import Basics
import RocksDB

/// Per column family the last row that a group put there: what a start looks for to know that the
/// family has not fallen behind the others.
///
/// A row that is there anyway is the witness, instead of a marker row of its own: a row with a
/// fixed key in every file would make all files of a family overlap, and each compaction would
/// rewrite the whole family.
///
/// On disk as `meta/witness`, written in every group:
///
///     table = schema:varint(1) count:varint row*count
///     row   = family:varint seq:varint key:length-prefixed hash:8
///
/// `hash` is the low half of the row's element of the state digest; 0 where only the key counts.
package struct WitnessTable: Sendable {
    package struct Witness: Sendable {
        /// The last event of the group, for messages.
        package var seq: UInt64
        package var key: StoreKey
        package var hash: UInt64

        package init(seq: UInt64, key: StoreKey, hash: UInt64) {
            self.seq = seq
            self.key = key
            self.hash = hash
        }
    }

    private var rows: [Witness?]

    package init() { rows = Array(repeating: nil, count: Keyspace.allCases.count) }

    package subscript(keyspace: Keyspace) -> Witness? {
        get { rows[keyspace.rawValue] }
        set { rows[keyspace.rawValue] = newValue }
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.append(varint: 1)
        var count: UInt64 = 0
        for case .some in rows { count += 1 }
        buffer.append(varint: count)
        for (index, row) in rows.enumerated() {
            guard let row else { continue }
            buffer.append(varint: UInt64(index))
            buffer.append(varint: row.seq)
            buffer.append(varint: UInt64(row.key.count))
            buffer.append(row.key.bytes)
            buffer.append(bigEndian: row.hash)
        }
    }

    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> WitnessTable {
        var reader = ByteReader(bytes)
        let schema = try reader.varint()
        if schema != 1 { throw .newerSchema(schema) }
        var table = WitnessTable()
        let count = try reader.varint()
        if count > UInt64(table.rows.count) { throw .malformed("\(count) witnesses") }
        for _ in 0..<count {
            let number = try reader.varint()
            guard number < UInt64(table.rows.count), let keyspace = Keyspace(rawValue: Int(number))
            else { throw .malformed("a witness names family \(number)") }
            let seq = try reader.varint()
            let key = try reader.lengthPrefixed()
            guard key.count <= StoreKey.maximumCount else {
                throw .malformed("a witness has a key of \(key.count) bytes")
            }
            let row = StoreKey.raw(key)
            let hash: UInt64 = try reader.bigEndian()
            table[keyspace] = Witness(seq: seq, key: row, hash: hash)
        }
        if !reader.isAtEnd { throw .malformed("bytes behind the witnesses") }
        return table
    }

    /// What is wrong with a family's witness; nil where the row is there as it was put.
    func problem(_ keyspace: Keyspace, in database: Database) throws(StorageError) -> String? {
        guard let witness = self[keyspace] else { return nil }
        do throws(RocksDBError) {
            guard let pinned = try database.value(keyspace.family, witness.key.bytes) else {
                return "family \(keyspace.name) lacks the row that event \(witness.seq) put there"
            }
            let hash = StateDigest.hash(
                keyspace, key: witness.key.bytes, value: pinned.bytes)
            if witness.hash == 0 || hash.low == witness.hash { return nil }
            return "family \(keyspace.name) has another row than event \(witness.seq) put there"
        } catch { throw StorageError(error) }
    }
}

package import Basics
import Synchronization
package import System

/// The side file that says what was certainly on disk: the proof that a store which opens without
/// an error has not lost its tail.
///
/// RocksDB alone can come back without its newest writes and say nothing. Whoever acknowledges a
/// group first writes its head here, behind the group's fsync; a start that finds less than the
/// mark refuses to serve.
///
///     file = slot slot          64 bytes each, written in turns
///     slot = magic:4 "EMRK" schema:4 generation:8 epoch:8 seq:8 chain:16 seed:8 checksum:8
///     checksum = FastHash.hash64 over the 56 bytes before it; all numbers big-endian
///
/// The seed is the store's own (`meta/seed`), kept here too because the keys of `ids` cannot be
/// made again without it; 0 until it is known. A torn write damages one slot; the other one, a
/// group older, still counts. A new store begins with a mark of seq 0, before its database is made:
/// a store without a mark has lost it.
/// Threading: one thread at a time; after opening that is the sync thread.
package final class HighWaterMark: Sendable {
    package struct Value: Equatable, Sendable {
        package let epoch: UInt64
        package let seq: UInt64
        package let chain: Digest128

        package init(epoch: UInt64, seq: UInt64, chain: Digest128) {
            self.epoch = epoch
            self.seq = seq
            self.chain = chain
        }
    }

    private static let slotBytes = 64
    private static let magic: UInt32 = 0x454d_524b

    private let file: FileHandle
    private let generation: Mutex<UInt64>
    private let seed: Mutex<UInt64>
    /// What the file said when it was opened.
    package let found: Value
    /// The store's seed as the file has it; nil where it was not known yet.
    package let foundSeed: UInt64?

    /// Makes the file of a new store, which has nothing on disk yet.
    package static func create(path: String) throws(StorageError) {
        // Generation 2 belongs to the first slot; 0 would count as none.
        let slot = encode(Value(epoch: 0, seq: 0, chain: Digest128()), generation: 2, seed: 0)
        do throws(SystemError) { try FileSystem.writeAtomically(slot.bytes, to: path) } catch {
            throw StorageError(error)
        }
    }

    /// Opens the file.
    ///
    /// - Parameter isReadOnly: `write` fails on it.
    /// - Throws: `incomplete` where there is no file, `damaged` where no slot is whole.
    package init(path: String, isReadOnly: Bool = false) throws(StorageError) {
        var content = ByteBuffer(capacity: 2 * Self.slotBytes)
        do throws(SystemError) {
            if try FileSystem.kind(of: path) == nil {
                throw SystemError(number: Self.missing, operation: path)
            }
            file = try FileHandle(path: path, mode: isReadOnly ? .read : .update)
            try file.read(into: &content, at: 0, count: 2 * Self.slotBytes)
        } catch {
            if error.number != Self.missing { throw StorageError(error) }
            throw .incomplete(
                "\(path) is missing: nothing proves that the newest events are there. "
                    + "`entrepot salvage` copies what is whole to a new directory")
        }
        var best: Slot?
        var slot = 0
        while (slot + 1) * Self.slotBytes <= content.count {
            let bytes = content.bytes(in: slot * Self.slotBytes..<(slot + 1) * Self.slotBytes)
            if let read = Self.decode(bytes), read.generation > best?.generation ?? 0 {
                best = read
            }
            slot += 1
        }
        guard let best else {
            throw .damaged(where: path, detail: "neither of its two slots is whole")
        }
        found = best.value
        foundSeed = best.seed == 0 ? nil : best.seed
        generation = Mutex(best.generation)
        seed = Mutex(best.seed)
    }

    private static let missing: Int32 = -1

    /// Keeps the store's seed with every mark from now on.
    func keep(seed: UInt64) { self.seed.withLock { $0 = seed } }

    /// Writes a mark and waits until the disk has it.
    package func write(_ value: Value) throws(SystemError) {
        let generation = self.generation.withLock {
            $0 &+= 1
            return $0
        }
        let slot = Self.encode(value, generation: generation, seed: seed.withLock { $0 })
        try file.write(slot.bytes, at: Int(generation % 2) * Self.slotBytes)
        try file.synchronizeData()
    }

    private static func encode(
        _ value: Value, generation: UInt64, seed: UInt64
    ) -> ByteBuffer {
        var scratch = ByteBuffer(capacity: slotBytes)
        scratch.append(bigEndian: magic)
        scratch.append(bigEndian: UInt32(1))
        scratch.append(bigEndian: generation)
        scratch.append(bigEndian: value.epoch)
        scratch.append(bigEndian: value.seq)
        scratch.append(bigEndian: value.chain.high)
        scratch.append(bigEndian: value.chain.low)
        scratch.append(bigEndian: seed)
        let checksum = FastHash.hash64(scratch.bytes)
        scratch.append(bigEndian: checksum)
        return scratch
    }

    private struct Slot {
        let generation: UInt64
        let value: Value
        let seed: UInt64
    }

    private static func decode(_ bytes: Span<UInt8>) -> Slot? {
        var reader = ByteReader(bytes)
        do throws(DecodingError) {
            let magic: UInt32 = try reader.bigEndian()
            let schema: UInt32 = try reader.bigEndian()
            let generation: UInt64 = try reader.bigEndian()
            let epoch: UInt64 = try reader.bigEndian()
            let seq: UInt64 = try reader.bigEndian()
            let chain = Digest128(high: try reader.bigEndian(), low: try reader.bigEndian())
            let seed: UInt64 = try reader.bigEndian()
            let checksum: UInt64 = try reader.bigEndian()
            if magic != Self.magic || schema != 1 { return nil }
            if checksum != FastHash.hash64(bytes.extracting(0..<56)) { return nil }
            return Slot(
                generation: generation, value: Value(epoch: epoch, seq: seq, chain: chain),
                seed: seed)
        } catch { return nil }
    }
}

import Basics
import Domain
import System
import Testing

@testable import Storage

@Suite struct MarkTests {
    private func value(_ seq: UInt64) -> HighWaterMark.Value {
        .init(epoch: 2, seq: seq, chain: Digest128(high: seq * 3, low: 7))
    }

    /// A file with marks 1 to `count` written one after the other.
    private func written(_ count: UInt64) throws -> SmallStore {
        let folder = try SmallStore()
        try HighWaterMark.create(path: folder.markPath)
        let mark = try HighWaterMark(path: folder.markPath)
        #expect(mark.found == .init(epoch: 0, seq: 0, chain: Digest128()))
        for seq in 1..<count + 1 { try mark.write(value(seq)) }
        return folder
    }

    @Test(arguments: [UInt64(1), 2, 3, 8, 9]) func theNewestMarkIsFound(count: UInt64) throws {
        let folder = try written(count)
        #expect(try HighWaterMark(path: folder.markPath).found == value(count))
        #expect(try folder.bytes(folder.markPath).count == 128)
    }

    /// A write torn at any byte leaves the new mark or the one before, never another.
    @Test(arguments: [UInt64(4), 5]) func aTornWriteLeavesOneOfTwo(count: UInt64) throws {
        let folder = try written(count)
        let before = try folder.bytes(folder.markPath)
        try HighWaterMark(path: folder.markPath).write(value(count + 1))
        let after = try folder.bytes(folder.markPath)
        for torn in 0...128 {
            let mixed = Array(after[..<torn]) + Array(before[torn...])
            try folder.put(mixed, folder.markPath)
            let found = try HighWaterMark(path: folder.markPath, isReadOnly: true).found
            #expect(found == value(count) || found == value(count + 1))
        }
    }

    /// One bad bit anywhere costs at most one mark.
    @Test func anyFlippedBitLeavesOneOfTwo() throws {
        let folder = try written(6)
        let whole = try folder.bytes(folder.markPath)
        for bit in stride(from: 0, to: 1_024, by: 3) {
            var bad = whole
            bad[bit / 8] ^= 1 << UInt8(bit % 8)
            try folder.put(bad, folder.markPath)
            let found = try HighWaterMark(path: folder.markPath, isReadOnly: true).found
            #expect(found == value(5) || found == value(6))
        }
    }

    @Test func writingGoesOnBehindATornSlot() throws {
        let folder = try written(4)
        var bytes = try folder.bytes(folder.markPath)
        // Generation 6 is the fourth mark and lies in the first slot.
        bytes[20] ^= 1
        try folder.put(bytes, folder.markPath)
        let mark = try HighWaterMark(path: folder.markPath)
        #expect(mark.found == value(3))
        try mark.write(value(10))
        try mark.write(value(11))
        #expect(try HighWaterMark(path: folder.markPath).found == value(11))
    }

    @Test(arguments: [0, 1, 63]) func aFileWithoutAWholeSlotIsDamaged(count: Int) throws {
        let folder = try written(3)
        let bytes = try folder.bytes(folder.markPath)
        for content in [Array(bytes[..<count]), [UInt8](repeating: 7, count: count + 128)] {
            try folder.put(content, folder.markPath)
            #expect {
                _ = try HighWaterMark(path: folder.markPath)
            } throws: { error in
                if case StorageError.damaged? = error as? StorageError { true } else { false }
            }
        }
    }

    @Test func lookingDoesNotMakeAFile() throws {
        let folder = try SmallStore()
        #expect(throws: StorageError.self) {
            _ = try HighWaterMark(path: folder.markPath, isReadOnly: true)
        }
        #expect(try FileSystem.kind(of: folder.markPath) == nil)
    }
}

import Basics
import Domain
import RocksDB
import Storage

extension Projections {
    /// The sums of some days, exactly as fresh as the view.
    ///
    /// - Parameter owners: 0 for all, else stations' numbers, whose sums are added up.
    /// - Complexity: one row for each owner and day that has any, and the postings in memory.
    func totals(
        of owners: [UInt32], days: ClosedRange<Int32>, in view: ReadView
    ) throws(StorageError) -> [Int32: DayTotals] {
        var sums: [Int32: DayTotals] = [:]
        var tail = try tail(of: view)
        while true {
            for owner in owners { try addStored(owner, days, view, to: &sums) }
            // A view without a snapshot may have seen a run come in between.
            let indexed = try Self.indexedSeq(of: view)
            if indexed == tail.indexed { break }
            sums = [:]
            tail = try self.tail(of: view)
        }
        let wanted = Set(owners)
        tail.forEachTotal { delta in
            if !days.contains(delta.day) { return }
            delta.forEachScope { key in
                if wanted.contains(key.scope) {
                    sums[key.day, default: DayTotals()].add(delta, scope: key.scope)
                }
            }
        }
        return sums
    }

    private func addStored(
        _ owner: UInt32, _ days: ClosedRange<Int32>, _ view: ReadView,
        to sums: inout [Int32: DayTotals]
    ) throws(StorageError) {
        let lower = DayKey(scope: owner, day: days.lowerBound).stored
        let upper = DayKey(scope: owner, day: days.upperBound).stored + [0]
        var iterator = try view.iterator(.postings, lower: lower, upper: upper)
        do throws(RocksDBError) { try iterator.seekToFirst() } catch { throw StorageError(error) }
        while iterator.isValid {
            do throws(DecodingError) {
                let (day, sum) = try Self.totals(at: iterator)
                sums[day, default: DayTotals()].add(sum)
            } catch { throw StorageError(error, at: "the sums of a day") }
            do throws(RocksDBError) { try iterator.next() } catch { throw StorageError(error) }
        }
    }

    private static func totals(
        at iterator: borrowing KeyIterator
    ) throws(DecodingError) -> (day: Int32, sum: DayTotals) {
        var reader = ByteReader(iterator.key)
        _ = try reader.bytes(9)
        let day = DayKey.day(biased: try reader.bigEndian())
        return (day, try DayTotals.decode(iterator.value))
    }
}

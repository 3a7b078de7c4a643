import Basics
import Synchronization

/// The ids of one kind of owner (stations, items or ships) and the numbers they stand for.
///
/// Append-only: numbers count from 1 and are never reused, so a number found in any record always
/// has its id here. `identifier(of:)` takes no lock and may be called from any thread that learnt
/// the number from a record (publishing the record orders it behind `insert`); `insert` and
/// `removeLast` belong to the ledger's thread.
package final class SymbolTable: @unchecked Sendable {
    // Invariant: `pages[p]` is either nil or points to `pageSize` slots; slot n - 1 is initialised
    // before any record that holds the number n is visible to another thread, and never written
    // again while such a record exists. The directory itself never moves.
    private static let pageSize = 1_024
    private static let pageLimit = 16_384

    private let pages: UnsafeMutablePointer<UnsafeMutablePointer<Identifier>?>
    /// Open addressing: numbers by the hash of their ids, 0 where free; at most half full.
    private let index = Mutex<[UInt32]>([UInt32](repeating: 0, count: 64))
    private let placeholder: Identifier
    /// How many there are: the highest number given out. Ledger's thread only.
    package private(set) var count: Int = 0

    package init() {
        pages = .allocate(capacity: Self.pageLimit)
        pages.initialize(repeating: nil, count: Self.pageLimit)
        placeholder = Identifier(literal: "unknown")
    }

    deinit {
        for page in 0..<Self.pageLimit { pages[page]?.deallocate() }
        pages.deallocate()
    }

    /// The most numbers there can be.
    package static var limit: Int { pageSize * pageLimit }

    /// The id of a number; `unknown` for one that was never given out (damaged records only).
    package func identifier(of number: UInt32) -> Identifier {
        let slot = Int(number) - 1
        if slot < 0 || slot >= Self.limit { return placeholder }
        guard let page = pages[slot / Self.pageSize] else { return placeholder }
        return page[slot % Self.pageSize]
    }

    /// The number of an id, or nil. Any thread; one lock.
    package func number(of id: Identifier) -> UInt32? { number(of: id.bytes) }

    /// The number of the id that `bytes` spell, or nil. Any thread; one lock.
    package func number(of bytes: Span<UInt8>) -> UInt32? {
        let hash = Int(truncatingIfNeeded: FastHash.hash64(bytes))
        return index.withLock { slots in
            let mask = slots.count - 1
            var slot = hash & mask
            while slots[slot] != 0 {
                let number = slots[slot]
                if slotHolds(number, bytes) { return number }
                slot = (slot + 1) & mask
            }
            return nil
        }
    }

    private func slotHolds(_ number: UInt32, _ bytes: Span<UInt8>) -> Bool {
        let place = Int(number) - 1
        guard let page = pages[place / Self.pageSize] else { return false }
        return page[place % Self.pageSize].bytes.equals(bytes)
    }

    /// Writes the numbers 1…count into fresh slots.
    private func rebuild(_ slots: inout [UInt32], count slotCount: Int) {
        slots = [UInt32](repeating: 0, count: slotCount)
        for number in 1..<UInt32(count + 1) { place(number, in: &slots) }
    }

    private func place(_ number: UInt32, in slots: inout [UInt32]) {
        let mask = slots.count - 1
        let id = identifier(of: number)
        var slot = Int(truncatingIfNeeded: FastHash.hash64(id.bytes)) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = number
    }

    /// Gives `id` the next number.
    ///
    /// - Returns: nil where `limit` is reached.
    package func insert(_ id: Identifier) -> UInt32? {
        if count >= Self.limit { return nil }
        let slot = count
        let page: UnsafeMutablePointer<Identifier>
        if let present = pages[slot / Self.pageSize] {
            page = present
        } else {
            page = .allocate(capacity: Self.pageSize)
            page.initialize(repeating: placeholder, count: Self.pageSize)
            pages[slot / Self.pageSize] = page
        }
        page[slot % Self.pageSize] = id
        count += 1
        let number = UInt32(count)
        index.withLock { slots in
            if count * 2 > slots.count {
                rebuild(&slots, count: slots.count * 2)
            } else {
                place(number, in: &slots)
            }
        }
        return number
    }

    /// Takes the last number back: its transaction was refused and nobody has seen it.
    package func removeLast() {
        if count == 0 { return }
        count -= 1
        index.withLock { rebuild(&$0, count: $0.count) }
    }
}

/// Every owner's id by number: what rendering a record needs.
package final class Names: Sendable {
    package let stations = SymbolTable()
    package let items = SymbolTable()
    package let ships = SymbolTable()
    private let scales = Mutex<[CurrencyCode: Int]>([:])

    package init() {}

    package func station(_ number: StationNumber) -> Identifier {
        stations.identifier(of: number.raw)
    }

    package func item(_ number: ItemNumber) -> Identifier { items.identifier(of: number.raw) }

    package func ship(_ number: ShipNumber) -> Identifier { ships.identifier(of: number.raw) }

    /// The fraction digits of a currency; 0 where it is unknown (damaged records only).
    package func scale(of currency: CurrencyCode) -> Int {
        scales.withLock { $0[currency] ?? 0 }
    }

    package func setScale(_ scale: Int?, of currency: CurrencyCode) {
        scales.withLock { $0[currency] = scale }
    }
}

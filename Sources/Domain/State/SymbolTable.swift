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
    private let index = Mutex<[Identifier: UInt32]>([:])
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
    package func number(of id: Identifier) -> UInt32? {
        index.withLock { $0[id] }
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
        index.withLock { $0[id] = number }
        return number
    }

    /// Takes the last number back: its transaction was refused and nobody has seen it.
    package func removeLast() {
        if count == 0 { return }
        let id = identifier(of: UInt32(count))
        index.withLock { $0[id] = nil }
        count -= 1
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

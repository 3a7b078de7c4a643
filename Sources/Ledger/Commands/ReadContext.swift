package import Basics
package import Domain
package import Storage

/// What a read has at hand: a point in time of the store, who asks, and the limits.
/// Threading: the ledger's, whose lists of stock it holds.
package struct ReadContext {
    /// Durable, or, for a read behind own unanswered writes, the latest.
    package let view: ReadView
    /// Postings and aggregates that the projector has not written yet are laid over the view.
    package let projections: Projections
    package let caller: Caller
    package let limits: Limits
    /// The time of the read, for filters relative to now.
    package let now: Timestamp
    /// Reads that need rows of a station or an item as lists go through this.
    package let stockLists: any StockLists
    /// What became of the folder of rules; nil where there is none.
    package var refusedFiles: (any RefusedFiles)?

    package init(
        view: ReadView, projections: Projections, caller: Caller, limits: Limits, now: Timestamp,
        stockLists: any StockLists
    ) {
        self.view = view
        self.projections = projections
        self.caller = caller
        self.limits = limits
        self.now = now
        self.stockLists = stockLists
    }
}

/// The files of the folder of rules that were refused. Any thread.
package protocol RefusedFiles: AnyObject, Sendable {
    /// The file that would be this plugin, if it is refused as it is now.
    func refusedFile(of plugin: Identifier) -> RefusedFile?
}

/// Which rows of stock exist: the lists in memory behind `INVENTORY GET station` and `FIND`.
package protocol StockLists {
    /// The places of the rows ever made at a station, in the order in which they came.
    func rows(at station: StationNumber) -> [UInt32]
    /// The places of the rows ever made for an item, in the order in which they came.
    func rows(of item: ItemNumber) -> [UInt32]
    /// Which row lies at a place.
    func key(_ row: UInt32) -> StockKey
    /// Where a row lies; nil where there is none.
    func row(_ key: StockKey) -> UInt32?
    /// A row out of memory, where no event behind `seq` has changed it; nil where the view must be
    /// asked.
    func stock(_ row: UInt32, upTo seq: UInt64) -> Stock?
}

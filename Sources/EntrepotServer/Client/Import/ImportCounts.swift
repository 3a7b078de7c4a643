/// What became of the rows of one file.
package struct ImportCounts: Equatable, Sendable {
    /// Rows that changed the store.
    package var written = 0
    /// Rows that were there already.
    package var unchanged = 0
    /// Rows of trades that never took effect, left out.
    package var skipped = 0
    /// Rows that were refused.
    package var refused = 0

    package init(written: Int = 0, unchanged: Int = 0, skipped: Int = 0, refused: Int = 0) {
        self.written = written
        self.unchanged = unchanged
        self.skipped = skipped
        self.refused = refused
    }

    package var rows: Int { written + unchanged + skipped + refused }

    /// `3 rows: 2 written, 1 already there, 0 refused`.
    package var text: String {
        let left = skipped > 0 ? ", \(skipped) left out" : ""
        return "\(rows) rows: \(written) written, \(unchanged) already there\(left), "
            + "\(refused) refused"
    }
}

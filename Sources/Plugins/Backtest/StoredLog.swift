import Domain
import Ledger
package import Storage

/// The log of a store as a back-test reads it.
package enum StoredLog {
    private static let portion = 1_024

    /// Gives a back-test all events of a view, from the beginning to the end of its period.
    ///
    /// - Parameter progress: gets the events done after each portion; false stops the work.
    /// - Returns: whether it went to the end.
    package static func walk(
        _ view: ReadView, _ backtest: Backtest, progress: (UInt64) -> Bool
    ) throws(BacktestError) -> Bool {
        var reached: UInt64 = 0
        while reached < view.head.seq {
            if !progress(reached) { return false }
            let portion: (events: [Event], reached: UInt64)
            do throws(StorageError) {
                portion = try view.events(after: reached, limit: Self.portion)
            } catch { throw BacktestError(error.message) }
            if portion.reached == reached {
                throw BacktestError("event \(reached + 1) is missing")
            }
            reached = portion.reached
            for event in portion.events where try !backtest.take(event) { return true }
        }
        return progress(reached)
    }

    /// How many events there are to walk: up to the end of the period.
    package static func length(
        _ view: ReadView, _ period: BacktestPeriod
    ) throws(BacktestError) -> UInt64 {
        switch period.to {
        case nil: return view.head.seq
        case .seq(let seq): return min(view.head.seq, seq == 0 ? 0 : seq - 1)
        case .time(let time):
            // Times of events never decrease.
            var low: UInt64 = 1
            var high = view.head.seq + 1
            while low < high {
                let middle = low + (high - low) / 2
                do throws(StorageError) {
                    guard let header = try view.eventHeader(middle) else {
                        throw .damaged(where: "event \(middle)", detail: "it is missing")
                    }
                    if header.time >= time { high = middle } else { low = middle + 1 }
                } catch { throw BacktestError(error.message) }
            }
            return low - 1
        }
    }
}

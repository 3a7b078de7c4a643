import Basics
import Ledger

/// What feeds ask about who follows them.
///
/// Threading: the loop's thread; nothing here may be slow.
protocol FeedAccess: AnyObject {
    /// The caller behind a token that came over the connection itself.
    ///
    /// - Throws: `WRONGPASS`, `NOAUTH`, or `LIMIT` after too many wrong ones.
    func caller(token: Redacted, from address: String) throws(CommandError) -> Caller

    /// The same caller as its account is now; nil: gone, disabled, or what it was granted is over.
    func refreshed(_ caller: Caller) -> Caller?

    /// When the caller's token ends, in wall milliseconds; nil: never.
    func expiry(of caller: Caller) -> Int64?
}

import Crypto
import Domain

/// Which password of a user was right a while ago, as a digest under a key of this process: the
/// pools of clients log in all the time.
///
/// The digest covers the user's present hash too, so another password ends it. One for each user.
struct RememberedPasswords {
    private struct Entry {
        let digest: [UInt8]
        /// Monotonic seconds.
        let until: UInt64
    }

    /// How long a password is known, in seconds.
    static let seconds: UInt64 = 600

    private var entries: [Identifier: Entry] = [:]

    /// - Parameter now: monotonic seconds.
    func knows(_ user: Identifier, _ digest: [UInt8], now: UInt64) -> Bool {
        guard let entry = entries[user], now < entry.until else { return false }
        return ConstantTime.areEqual(entry.digest.span, digest.span)
    }

    mutating func add(_ user: Identifier, _ digest: [UInt8], now: UInt64) {
        entries[user] = Entry(digest: digest, until: now + Self.seconds)
    }
}

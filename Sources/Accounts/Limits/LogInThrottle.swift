import Basics
import Domain

/// Slows down whoever tries passwords.
///
/// What counts is who tries from where, and where from; never a name alone, so nobody can lock the
/// administrator out from another address. An address (a `household` of addresses) whose log-in
/// with a name once succeeded waits a second at most for that name, however much is tried from it.
/// Bounded: what has been quiet for `forgetSeconds` is forgotten, and the oldest half where there
/// is too much. Threading: a value of `AccountBook`'s, behind its lock. Cost: two look-ups.
struct LogInThrottle {
    /// Who from where; a nil name stands for all names of an address.
    private struct Key: Hashable {
        let address: String
        let name: String?
    }

    private struct Record {
        var failures = 0
        /// Tries that are being worked on: counted as failures until they turn out well.
        var pending = 0
        /// Monotonic seconds before which no try is taken.
        var until: UInt64 = 0
        var last: UInt64 = 0
        var hasSucceeded = false
        /// Looks at remembered passwords in the second `guessSecond`.
        var guesses = 0
        var guessSecond: UInt64 = 0
    }

    /// Failures of one name from one address that cost no wait.
    static let freeOfName = 4
    /// How often in a second a remembered password is looked at for a name that has to wait, from
    /// an address where it logged in before: pools of clients log in many times at once.
    static let guessesPerSecond = 20
    /// Tries of one address, whatever the names, that may be under way at once: nobody fills the
    /// queue alone.
    static let pendingOfAddress = 8
    /// Failures of one address, whatever the names, that cost no wait.
    static let freeOfAddress = 20
    /// The longest wait.
    static let longestSeconds: UInt64 = 60
    /// A record without a try for this time is as good as none.
    static let forgetSeconds: UInt64 = 900
    /// Records at which the old ones go.
    static let capacity = 20_000

    private var records: [Key: Record] = [:]

    /// Whether a try may be made now.
    ///
    /// - Parameter now: monotonic seconds.
    /// - Returns: how many seconds to wait first, 1 or more; nil: go on.
    func wait(name: String, address: String, now: UInt64) -> Int? {
        let (byName, byAddress) = Self.keys(name, address)
        let mine = record(byName, now)
        if mine.hasSucceeded {
            if mine.pending >= Self.freeOfName { return 1 }
            return Self.seconds(mine.until, now)
        }
        let all = record(byAddress, now)
        let isFull =
            mine.failures + mine.pending >= Self.freeOfName && mine.pending > 0
            || all.failures + all.pending >= Self.freeOfAddress && all.pending > 0
            || all.pending >= Self.pendingOfAddress
        return Self.seconds(max(mine.until, all.until), now) ?? (isFull ? 1 : nil)
    }

    /// Whether a name has logged in from an address before.
    func isKnown(name: String, address: String) -> Bool {
        records[Self.keys(name, address).0]?.hasSucceeded ?? false
    }

    /// Whether a remembered password may be looked at although the name has to wait: only where a
    /// log-in succeeded before, and not often.
    mutating func mayGuess(name: String, address: String, now: UInt64) -> Bool {
        let (byName, _) = Self.keys(name, address)
        guard var record = records[byName], record.hasSucceeded else { return false }
        if record.guessSecond != now {
            record.guessSecond = now
            record.guesses = 0
        }
        record.guesses += 1
        records[byName] = record
        return record.guesses <= Self.guessesPerSecond
    }

    /// Notes that a try has begun; `end` must follow.
    mutating func begin(name: String, address: String, now: UInt64) {
        let (byName, byAddress) = Self.keys(name, address)
        change(byName, now) { $0.pending += 1 }
        change(byAddress, now) { $0.pending += 1 }
    }

    /// Notes how a try has ended.
    mutating func end(name: String, address: String, isRight: Bool, now: UInt64) {
        let (byName, byAddress) = Self.keys(name, address)
        change(byName, now) { record in
            record.pending = max(record.pending - 1, 0)
            if isRight {
                record.failures = 0
                record.until = 0
                record.hasSucceeded = true
            } else {
                Self.fail(&record, free: Self.freeOfName, now)
            }
        }
        change(byAddress, now) { record in
            record.pending = max(record.pending - 1, 0)
            if !isRight { Self.fail(&record, free: Self.freeOfAddress, now) }
        }
    }

    /// Notes that a try was given up before it was decided.
    mutating func abandon(name: String, address: String, now: UInt64) {
        let (byName, byAddress) = Self.keys(name, address)
        change(byName, now) { $0.pending = max($0.pending - 1, 0) }
        change(byAddress, now) { $0.pending = max($0.pending - 1, 0) }
    }

    var count: Int { records.count }

    /// One second behind the free ones, then twice as long each time.
    private static func fail(_ record: inout Record, free: Int, _ now: UInt64) {
        record.failures = min(record.failures + 1, 1_000)
        let beyond = record.failures - free
        if beyond < 0 { return }
        let wait = beyond >= 6 ? longestSeconds : UInt64(1) << UInt64(beyond)
        record.until = now + (record.hasSucceeded ? 1 : wait)
    }

    private static func keys(_ name: String, _ address: String) -> (Key, Key) {
        let household = IPAddress(address).map { "\($0.household.bits)" } ?? address
        // A long name is no user's.
        let short = String(name.prefix(Identifier.maximumBytes + 1))
        return (Key(address: household, name: short), Key(address: household, name: nil))
    }

    private static func seconds(_ until: UInt64, _ now: UInt64) -> Int? {
        until > now ? Int(min(until - now, longestSeconds)) : nil
    }

    private func record(_ key: Key, _ now: UInt64) -> Record {
        guard let record = records[key] else { return Record() }
        return isOver(record, now) ? Record() : record
    }

    private func isOver(_ record: Record, _ now: UInt64) -> Bool {
        record.pending == 0 && !record.hasSucceeded && now > record.last + Self.forgetSeconds
    }

    private mutating func change(_ key: Key, _ now: UInt64, _ body: (inout Record) -> Void) {
        if records.count >= Self.capacity && records[key] == nil { forget(now) }
        var record = record(key, now)
        record.last = now
        body(&record)
        records[key] = record
    }

    /// Makes room: what is over goes, else the half that was quiet longest.
    private mutating func forget(_ now: UInt64) {
        records = records.filter { !isOver($0.value, now) }
        if records.count < Self.capacity { return }
        let middle = records.values.map(\.last).sorted()[records.count / 2]
        records = records.filter { $0.value.last > middle || $0.value.pending > 0 }
    }
}

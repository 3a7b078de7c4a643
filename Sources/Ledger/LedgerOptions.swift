package import Basics
import Crypto
package import Domain
package import Storage

/// How a ledger works.
package struct LedgerOptions: Sendable {
    package var limits = Limits()
    package var syncPolicy = StoreOptions.SyncPolicy.always
    /// How far the high-water mark may be behind; nil: on disk before the replies of each group.
    package var markIntervalMilliseconds: Int? = 100
    /// What `system.started` says.
    package var version = "0"
    /// Called with a group's number before the group is written, on the thread that writes it; for
    /// tests, which hold a group up or refuse it.
    package var writeGate: WriteGate?

    /// - Throws: as if the write had failed.
    package typealias WriteGate = @Sendable (UInt64) throws(StorageError) -> Void

    /// Where the secrets of tokens come from: so many bytes that nobody can guess; tests give known
    /// ones.
    package var random: RandomSource = { (count) throws(CommandError) in
        do throws(CryptoError) { return try Random.bytes(count) } catch {
            throw CommandError(.err, error.message)
        }
    }

    package typealias RandomSource = @Sendable (Int) throws(CommandError) -> [UInt8]

    package init() {}
}

/// What a caller asks besides the command itself.
package struct WriteOptions: Sendable {
    /// `KEY k`: the same key and the same request give the first result again.
    package var key: Identifier?
    /// `DRYRUN`: decide, tell, write nothing.
    package var isDryRun = false

    package init(key: Identifier? = nil, isDryRun: Bool = false) {
        self.key = key
        self.isDryRun = isDryRun
    }
}

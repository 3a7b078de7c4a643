import Synchronization

@testable import Ledger

/// Passwords and secrets of tests: hashes that cost nothing, and random numbers that are none.
enum FakeHashes {
    static func hash(_ password: [UInt8]) -> String {
        "$fake$" + String(decoding: password.reversed().prefix(64), as: UTF8.self)
    }

    /// Does what the edge has done before a command with a password is decided.
    static func prepare(
        _ ledger: Ledger, _ spec: CommandSpec, _ words: [[UInt8]], _ caller: Caller
    ) throws(CommandError) {
        guard spec.flags.contains(.checked),
            let password = try PasswordRequest.password(of: spec, words, caller: caller)
        else { return }
        try ledger.secrets.prepare(words: words, hash: hash(password))
    }

    /// Every byte one more than the last time.
    static func random() -> LedgerOptions.RandomSource {
        let calls = Calls()
        return { (count) throws(CommandError) in
            let number = calls.count.wrappingAdd(1, ordering: .relaxed).newValue
            return [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count)
        }
    }

    private final class Calls: Sendable {
        let count = Atomic<Int>(0)
    }
}

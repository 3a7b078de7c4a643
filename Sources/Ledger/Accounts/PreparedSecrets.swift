import Basics
import Crypto
import Domain
import Synchronization

/// Password hashes on their way to the commands that asked for them.
///
/// A hash takes tens of milliseconds, which the ledger's thread does not have: whoever checks a
/// command computes it elsewhere, leaves it here under the command's words, and the write that is
/// decided then finds it. Each is found once. Ownership: any thread; no password is kept, only a
/// digest of the words.
package final class PreparedSecrets: Sendable {
    private struct Entry {
        let request: Digest128
        let hash: String
    }

    private let entries = Mutex<[Entry]>([])

    /// The most that wait; the oldest goes for a new one.
    static let limit = 256

    init() {}

    /// Leaves the hash of a command's password.
    ///
    /// - Parameters:
    ///   - words: the command's own, without prefixes, as the check got them.
    ///   - hash: a PHC string.
    /// - Throws: `ERR` where the digest cannot be computed.
    package func prepare(words: [[UInt8]], hash: String) throws(CommandError) {
        var request = ArgumentVector()
        for word in words { request.append(word.span) }
        let entry = Entry(request: try Self.digest(request), hash: hash)
        entries.withLock { entries in
            if entries.count >= Self.limit { entries.removeFirst() }
            entries.append(entry)
        }
    }

    /// Takes the hash that waits for a command; nil where there is none.
    func take(_ request: borrowing ArgumentVector) -> String? {
        guard let digest = try? Self.digest(request) else { return nil }
        return entries.withLock { entries in
            guard let place = entries.firstIndex(where: { $0.request == digest }) else {
                return nil
            }
            return entries.remove(at: place).hash
        }
    }

    private static func digest(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> Digest128 {
        var buffer = ByteBuffer(capacity: 256)
        for index in 0..<request.count {
            buffer.append(varint: UInt64(request[index].count))
            buffer.append(request[index])
        }
        do throws(CryptoError) {
            var hasher = try SHA256()
            hasher.update(buffer.bytes)
            return try hasher.finish128()
        } catch { throw CommandError(.err, error.message) }
    }
}

/// Which word of a command is a password.
package enum PasswordRequest {
    /// The password of a `USER ADD`, `USER SET` or `USER PASSWD`; nil where the request holds none,
    /// and for any other command: there is nothing to hash.
    ///
    /// - Throws: `NOPERM` where the caller may not set it, `RANGE` or `LIMIT` where it is too short
    ///   or too long: before any work is done for it.
    package static func password(
        of spec: CommandSpec, _ words: [[UInt8]], caller: Caller
    ) throws(CommandError) -> [UInt8]? {
        var request = ArgumentVector()
        for word in words { request.append(word.span) }
        guard case .write(let verb?, _) = spec.handler else { return nil }
        let place: Int
        switch verb {
        case .userPassword:
            guard words.count == 4 else { return nil }
            let word = words[2]
            if let name = Identifier(word.span) {
                try UserCommands.requireSelf(name, "USER PASSWD", caller)
            }
            place = 3
        case .userAdd, .userSet:
            try Permission.check(spec, caller)
            guard let range = spec.grammar.range(of: "PASSWORD", in: request), range.count == 2
            else { return nil }
            place = range.upperBound - 1
        default: return nil
        }
        try check(words[place].count)
        return words[place]
    }

    /// - Throws: `RANGE` or `LIMIT`; neither names the password.
    static func check(_ count: Int) throws(CommandError) {
        let limits = User.passwordBytes
        if count < limits.lowerBound {
            throw CommandError(.range, "a password has at least \(limits.lowerBound) bytes")
        }
        if count > limits.upperBound {
            throw CommandError(.limit, "a password has at most \(limits.upperBound) bytes")
        }
    }
}

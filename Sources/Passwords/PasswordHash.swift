package import Basics
internal import CArgon2

/// Password hashes by Argon2id (RFC 9106), in the PHC text form
/// `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
///
/// Threading: any thread; each call blocks it for the whole cost, and takes the memory for as long.
package enum PasswordHash {
    /// The longest password: longer ones are refused unread.
    package static let maximumBytes = 1_024
    /// Bytes of a new hash.
    private static let hashBytes = 32

    /// The hash of a password.
    ///
    /// - Parameters:
    ///   - salt: 8–64 bytes, new for each password; 16 random ones as a rule.
    /// - Throws: `tooLong`, `badSalt`, `tooCostly`, `failed`.
    package static func make(
        _ password: Redacted, salt: [UInt8], cost: PasswordCost = .standard
    ) throws(PasswordError) -> String {
        if !(8...64).contains(salt.count) { throw .badSalt }
        if !cost.isBearable { throw .tooCostly }
        let hash = try compute(password, salt, cost, count: hashBytes)
        return "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.passes),p=\(cost.lanes)"
            + "$\(unpadded(salt))$\(unpadded(hash))"
    }

    /// Whether the password is the one behind a hash; compares in constant time.
    ///
    /// - Throws: `notAHash` and `tooCostly` before anything is computed; `tooLong`, `failed`.
    package static func matches(
        _ password: Redacted, _ text: String
    ) throws(PasswordError) -> Bool {
        guard let parts = Parts(text) else { throw .notAHash }
        if !parts.cost.isBearable { throw .tooCostly }
        let computed = try compute(password, parts.salt, parts.cost, count: parts.hash.count)
        var difference: UInt8 = 0
        for index in computed.indices { difference |= computed[index] ^ parts.hash[index] }
        return difference == 0
    }

    /// What the hash costs; nil if the text is none.
    package static func cost(of text: String) -> PasswordCost? { Parts(text)?.cost }

    /// Whether `text` is a hash that `matches` would work with.
    package static func isUsable(_ text: String) -> Bool {
        Parts(text).map(\.cost.isBearable) ?? false
    }

    private static func compute(
        _ password: Redacted, _ salt: [UInt8], _ cost: PasswordCost, count: Int
    ) throws(PasswordError) -> [UInt8] {
        var word = Array(password.revealed.utf8)
        if word.count > maximumBytes { throw .tooLong }
        var salt = salt
        var hash = [UInt8](repeating: 0, count: count)
        // Invariant: the context's pointers come with their counts and live for the call; Argon2
        // writes `count` bytes of hash. It clears its copy of the password and its memory.
        let status = unsafe word.withUnsafeMutableBufferPointer { word in
            unsafe salt.withUnsafeMutableBufferPointer { salt in
                unsafe hash.withUnsafeMutableBufferPointer { hash in
                    var context = unsafe Argon2_Context()
                    unsafe context.out = hash.baseAddress
                    unsafe context.outlen = UInt32(hash.count)
                    unsafe context.pwd = word.isEmpty ? nil : word.baseAddress
                    unsafe context.pwdlen = UInt32(word.count)
                    unsafe context.salt = salt.baseAddress
                    unsafe context.saltlen = UInt32(salt.count)
                    unsafe context.t_cost = cost.passes
                    unsafe context.m_cost = cost.memoryKiB
                    unsafe context.lanes = cost.lanes
                    // One: this thread yields to others, threads of the library would not.
                    unsafe context.threads = 1
                    unsafe context.version = ARGON2_VERSION_13.rawValue
                    return unsafe argon2_ctx(&context, Argon2_id)
                }
            }
        }
        for index in word.indices { word[index] = 0 }
        if status != ARGON2_OK.rawValue { throw .failed(status) }
        return hash
    }

    private static func unpadded(_ bytes: [UInt8]) -> String {
        String(Base64.encode(bytes.span).prefix { $0 != "=" })
    }

    /// The parts of a hash.
    private struct Parts {
        let cost: PasswordCost
        let salt: [UInt8]
        let hash: [UInt8]

        /// Strict: one spelling for each hash.
        init?(_ text: String) {
            if text.utf8.count > 512 { return nil }
            let fields = text.utf8.split(
                separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
            guard fields.count == 6, fields[0].isEmpty, fields[1].elementsEqual("argon2id".utf8),
                fields[2].elementsEqual("v=19".utf8), let salt = Self.bytes(fields[4]),
                let hash = Self.bytes(fields[5]), (8...64).contains(salt.count),
                (16...64).contains(hash.count)
            else { return nil }
            let costs = fields[3].split(
                separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard costs.count == 3, let memory = Self.number(costs[0], "m="),
                let passes = Self.number(costs[1], "t="), let lanes = Self.number(costs[2], "p=")
            else { return nil }
            cost = PasswordCost(memoryKiB: memory, passes: passes, lanes: lanes)
            self.salt = salt
            self.hash = hash
        }

        private static func number(_ field: Substring.UTF8View, _ name: String) -> UInt32? {
            guard field.starts(with: name.utf8) else { return nil }
            let digits = field.dropFirst(name.utf8.count)
            guard let first = digits.first, digits.count <= 10,
                digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                first != 0x30 || digits.count == 1
            else { return nil }
            return UInt32(Substring(digits))
        }

        private static func bytes(_ field: Substring.UTF8View) -> [UInt8]? {
            if field.contains(UInt8(ascii: "=")) || field.count % 4 == 1 { return nil }
            var padded = Array(field)
            while padded.count % 4 != 0 { padded.append(UInt8(ascii: "=")) }
            return Base64.decode(padded.span)
        }
    }
}

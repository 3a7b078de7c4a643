import Basics
import Crypto
package import Domain
import System

/// The files that tokens are signed with, `DATA/auth-keys` as a rule.
///
/// A key is a file `NAME.key` (a secret of 32 bytes or more in base64url, for HS256) or `NAME.pem`
/// (an Ed25519 key, for EdDSA); `NAME` is the `kid` of its tokens. Names are read in their order:
/// the last key that can sign does, all verify, so a new key of a later name rotates and a deleted
/// one ends its tokens. An empty folder gets a key; a folder without one that signs is a mistake.
/// `session.secret` proves refresh tokens and pages of this store.
package struct KeyFolder: Sendable {
    package let jwtKeys: JWTKeys
    /// 32 bytes.
    package let sessionSecret: [UInt8]
    /// Files that others than their owner can read: for a warning.
    package let openFiles: [String]

    /// The file of `sessionSecret`.
    private static let sessionFile = "session.secret"
    /// Files beyond this number are a mistake.
    private static let maximumFiles = 100

    /// Reads a folder, and makes what is missing: the folder (0700), a first key, the secret
    /// (0600).
    ///
    /// - Parameter now: names the first key.
    /// - Throws: a sentence for the operator, naming the file.
    package init(path: String, now: Timestamp) throws(KeyFolderError) {
        do throws(SystemError) {
            try FileSystem.makeFolder(path, permissions: 0o700)
            var names = try FileSystem.list(path).filter(Self.isKey)
            if names.isEmpty {
                let name = "\(Timestamp.dayText(now.utcDay)).key"
                try Self.write(Self.random(), to: path + "/" + name)
                names = [name]
            }
            if names.count > Self.maximumFiles {
                throw SystemError(number: 7, operation: "read the keys in \(path)")
            }
            let secretPath = path + "/" + Self.sessionFile
            if try FileSystem.kind(of: secretPath) == nil {
                try Self.write(Self.random(), to: secretPath)
            }
        } catch { throw KeyFolderError("\(error)") }
        var keys: [JWTKey] = []
        var open: [String] = []
        for name in try Self.names(path) {
            let (bytes, isOpen) = try Self.read(path + "/" + name)
            if isOpen { open.append(name) }
            keys.append(try Self.key(name, bytes, path))
        }
        guard let last = keys.lastIndex(where: \.canSign) else {
            throw KeyFolderError("no key in \(path) can sign")
        }
        let signing = keys.remove(at: last)
        guard let jwtKeys = JWTKeys(signing: signing, others: keys) else {
            throw KeyFolderError("two keys in \(path) have one name")
        }
        let (text, isOpen) = try Self.read(path + "/" + Self.sessionFile)
        if isOpen { open.append(Self.sessionFile) }
        guard let secret = Self.secret(text) else {
            throw KeyFolderError(
                "\(path)/\(Self.sessionFile) is no secret: delete it to get a new one, which ends "
                    + "all sessions")
        }
        self.jwtKeys = jwtKeys
        sessionSecret = secret
        openFiles = open
    }

    private static func isKey(_ name: String) -> Bool {
        name.hasSuffix(".key") || name.hasSuffix(".pem")
    }

    private static func names(_ path: String) throws(KeyFolderError) -> [String] {
        do throws(SystemError) { return try FileSystem.list(path).filter(isKey) } catch {
            throw KeyFolderError("\(error)")
        }
    }

    private static func read(
        _ path: String
    ) throws(KeyFolderError) -> (bytes: [UInt8], isOpen: Bool) {
        do throws(SystemError) {
            let isOpen = try FileSystem.permissions(of: path) & 0o077 != 0
            return (try FileSystem.read(path, limit: 64 << 10).array, isOpen)
        } catch { throw KeyFolderError("\(error)") }
    }

    private static func key(
        _ name: String, _ bytes: [UInt8], _ path: String
    ) throws(KeyFolderError) -> JWTKey {
        let id = String(name.dropLast(4))
        if name.hasSuffix(".pem") {
            guard let key = Ed25519Key(pem: bytes.span) else {
                throw KeyFolderError("\(path)/\(name) is no Ed25519 key in the PEM form")
            }
            if let key = JWTKey(id: id, material: .ed25519(key)) { return key }
        } else {
            guard let secret = secret(bytes) else {
                throw KeyFolderError(
                    "\(path)/\(name) is no secret: 32 bytes or more in base64url are expected")
            }
            if let key = JWTKey(id: id, material: .secret(secret)) { return key }
        }
        throw KeyFolderError(
            "\(path)/\(name): a key's name has 1 to 64 of A-Z a-z 0-9 . _ - before its ending")
    }

    /// The bytes behind one line of base64url; nil for fewer than 32.
    private static func secret(_ text: [UInt8]) -> [UInt8]? {
        var line = text[...]
        while let last = line.last, last == 10 || last == 13 || last == 32 { line.removeLast() }
        guard let secret = Base64URL.decode(Array(line).span), secret.count >= 32 else {
            return nil
        }
        return secret
    }

    private static func random() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private static func write(_ secret: [UInt8], to path: String) throws(SystemError) {
        let line = Base64URL.encode(secret.span) + "\n"
        try FileSystem.writeAtomically(line.utf8.span, to: path, permissions: 0o600)
    }
}

/// Why the keys cannot be used; one sentence for the operator, without a secret.
package struct KeyFolderError: Error, Equatable, CustomStringConvertible {
    package let message: String

    init(_ message: String) { self.message = message }

    package var description: String { message }
}

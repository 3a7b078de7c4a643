package import Crypto

/// The two algorithms that tokens are signed with, as a header names them.
package enum JWTAlgorithm: String, Sendable {
    /// HMAC-SHA-256: whoever can verify can also sign.
    case hs256 = "HS256"
    /// Ed25519: a server with the public half verifies only.
    case edDSA = "EdDSA"
}

/// A key with its name and its one algorithm.
package struct JWTKey: Sendable {
    /// What the key is made of.
    package enum Material: Sendable {
        /// 32 bytes or more.
        case secret([UInt8])
        case ed25519(Ed25519Key)
    }

    /// The `kid` of a header: 1–64 of `A–Z a–z 0–9 . _ -`.
    package let id: String
    package let material: Material

    /// Nil where the id is not of that form or the secret shorter than 32 bytes.
    package init?(id: String, material: Material) {
        guard Self.isID(id) else { return nil }
        if case .secret(let bytes) = material, bytes.count < 32 { return nil }
        self.id = id
        self.material = material
    }

    package var algorithm: JWTAlgorithm {
        switch material {
        case .secret: .hs256
        case .ed25519: .edDSA
        }
    }

    /// Whether it can sign.
    package var canSign: Bool {
        switch material {
        case .secret: true
        case .ed25519(let key): key.isPrivate
        }
    }

    /// Whether a text may be the id of a key.
    static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2d || byte == 0x2e
                    || byte == 0x5f
            }
    }

    func sign(_ message: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        switch material {
        case .secret(let secret): try HMAC.sha256(key: secret.span, message: message)
        case .ed25519(let key): try key.sign(message)
        }
    }

    func verify(_ message: Span<UInt8>, signature: Span<UInt8>) throws(CryptoError) -> Bool {
        switch material {
        case .secret(let secret):
            let right = try HMAC.sha256(key: secret.span, message: message)
            return ConstantTime.areEqual(right.span, signature)
        case .ed25519(let key): return key.verify(message, signature: signature)
        }
    }
}

/// The keys of a server: one signs, all verify.
package struct JWTKeys: Sendable {
    private let byID: [String: JWTKey]
    /// What new tokens are signed with.
    package let signing: JWTKey

    /// - Parameters:
    ///   - signing: signs and verifies.
    ///   - others: verify only, such as the keys before the last rotation.
    /// - Returns: nil where the first cannot sign or two have one id.
    package init?(signing: JWTKey, others: [JWTKey] = []) {
        guard signing.canSign else { return nil }
        var byID = [signing.id: signing]
        for key in others where byID.updateValue(key, forKey: key.id) != nil { return nil }
        self.byID = byID
        self.signing = signing
    }

    package subscript(_ id: String) -> JWTKey? { byID[id] }

    /// The ids, sorted.
    package var ids: [String] { byID.keys.sorted() }
}

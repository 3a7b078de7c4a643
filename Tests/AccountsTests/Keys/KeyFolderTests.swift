import Accounts
import Basics
import Domain
import System
import Testing

struct KeyFolderTests {
    let now = Timestamp(milliseconds: TokenForge.now)

    func write(_ text: String, _ path: String, permissions: UInt32 = 0o600) throws {
        try FileSystem.writeAtomically(text.utf8.span, to: path, permissions: permissions)
    }

    func refusal(_ path: String) -> String? {
        do throws(KeyFolderError) {
            _ = try KeyFolder(path: path, now: now)
            return nil
        } catch { return error.message }
    }

    @Test func aFirstStartMakesKeys() throws {
        try withFolder { folder in
            let path = folder + "/auth-keys"
            let first = try KeyFolder(path: path, now: now)
            #expect(try FileSystem.list(path) == ["2027-01-15.key", "session.secret"])
            #expect(try FileSystem.permissions(of: path) == 0o700)
            for name in try FileSystem.list(path) {
                #expect(try FileSystem.permissions(of: path + "/" + name) == 0o600)
            }
            #expect(first.openFiles == [] && first.jwtKeys.ids == ["2027-01-15"])
            #expect(first.sessionSecret.count == 32)
            let second = try KeyFolder(path: path, now: now)
            #expect(second.sessionSecret == first.sessionSecret)
            let claims = try TokenForge().verify(TokenForge().token())
            let token = try JWT(keys: first.jwtKeys, issuer: "entrepot").sign(claims)
            let jwt = JWT(keys: second.jwtKeys, issuer: "entrepot")
            #expect(try jwt.verify(token.utf8.span, nowMilliseconds: TokenForge.now) == claims)
        }
    }

    /// The newest name signs, older ones verify; a public half never signs.
    @Test func rotation() throws {
        try withFolder { folder in
            let secret = Base64URL.encode([UInt8](repeating: 1, count: 32).span)
            try write(secret + "\n", folder + "/2026-01-01.key")
            try write(secret, folder + "/2026-02-01.key", permissions: 0o644)
            try write(Self.publicPEM, folder + "/other.pem", permissions: 0o644)
            var keys = try KeyFolder(path: folder, now: now)
            #expect(keys.jwtKeys.signing.id == "2026-02-01")
            #expect(keys.jwtKeys.ids == ["2026-01-01", "2026-02-01", "other"])
            #expect(keys.openFiles == ["2026-02-01.key", "other.pem"])
            try write(Self.privatePEM, folder + "/2026-03-01.pem")
            keys = try KeyFolder(path: folder, now: now)
            #expect(keys.jwtKeys.signing.id == "2026-03-01")
            #expect(keys.jwtKeys.signing.algorithm == .edDSA)
        }
    }

    @Test func mistakes() throws {
        let secret = Base64URL.encode([UInt8](repeating: 1, count: 32).span)
        for (name, text) in [
            ("short.key", "AAAA"), ("empty.key", ""), ("padded.key", secret + "="),
            ("spaced.key", " " + secret), ("no.pem", "x"), ("a b.key", secret), (".key", secret),
            ("public.pem", Self.publicPEM), ("session.secret", "AAAA"),
        ] {
            try withFolder { folder in
                if name == "session.secret" { try write(secret, folder + "/k.key") }
                try write(text, folder + "/" + name)
                let message = try #require(refusal(folder), "\(name)")
                #expect(message.contains(name == "public.pem" ? "sign" : name))
                #expect(!message.contains(secret))
            }
        }
        try withFolder { folder in
            try write(secret, folder + "/k.key")
            try write(Self.privatePEM, folder + "/k.pem")
            #expect(refusal(folder)?.contains("one name") == true)
        }
        try withFolder { folder in
            try write("x", folder + "/file")
            #expect(refusal(folder + "/file") != nil)
        }
    }

    static let privatePEM = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----

        """
    static let publicPEM = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
        -----END PUBLIC KEY-----

        """
}

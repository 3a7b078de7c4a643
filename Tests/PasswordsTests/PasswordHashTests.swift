import Basics
import Passwords
import Testing

struct PasswordHashTests {
    static let cheap = PasswordCost(memoryKiB: 64, passes: 1)
    let salt = Array("somesaltsomesalt".utf8)

    @Test func rightAndWrong() throws {
        let text = try PasswordHash.make(Redacted("luna"), salt: salt, cost: Self.cheap)
        #expect(text.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"))
        #expect(PasswordHash.cost(of: text) == Self.cheap)
        #expect(try PasswordHash.matches(Redacted("luna"), text))
        for wrong in ["", "Luna", "luna ", "lun", "luna\u{0}"] {
            #expect(try !PasswordHash.matches(Redacted(wrong), text))
        }
    }

    @Test func emptyAndLongest() throws {
        for word in ["", String(repeating: "x", count: PasswordHash.maximumBytes)] {
            let text = try PasswordHash.make(Redacted(word), salt: salt, cost: Self.cheap)
            #expect(try PasswordHash.matches(Redacted(word), text))
        }
        let long = Redacted(String(repeating: "x", count: PasswordHash.maximumBytes + 1))
        let cost = Self.cheap
        let salt = salt
        #expect(throws: PasswordError.tooLong) {
            try PasswordHash.make(long, salt: salt, cost: cost)
        }
    }

    /// The reference implementation's own test of Argon2id, version 19.
    @Test func knownAnswer() throws {
        let text =
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ"
            + "$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        #expect(try PasswordHash.matches(Redacted("password"), text))
        let lanes =
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ"
            + "$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
        #expect(try PasswordHash.matches(Redacted("password"), lanes))
    }

    static let good =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

    static func altered(_ part: String, _ other: String) -> String {
        good.replacing(part, with: other, maxReplacements: 1)
    }

    @Test(arguments: [
        "", "$", "x" + good, good + "$", good + "=", String(good.dropLast(28)),
        String(good.dropFirst()), String(repeating: "$", count: 400),
        altered("argon2id", "argon2i"),
        altered("v=19", "v=16"), altered("v=19$", ""), altered("m=256", "m=0256"),
        altered("m=256", "m="), altered("m=256", "m=+256"), altered("m=256", "m=-1"),
        altered("m=256", "m=99999999999"), altered("m=256,t=2", "t=2,m=256"),
        altered("p=1", "p=1,x=1"), altered("c29tZXNhbHQ", "c29t"), altered("c29tZXNhbHQ", ""),
        altered("c29tZXNhbHQ", "c29tZXNhbHQ="), altered("c29tZXNhbHQ", "c29tZXNhbHR"),
    ])
    func refusesWhatIsNoHash(_ text: String) {
        #expect(throws: PasswordError.notAHash) {
            try PasswordHash.matches(Redacted("password"), text)
        }
        #expect(!PasswordHash.isUsable(text))
    }

    /// A stored text cannot ask for gigabytes, hours or nothing.
    @Test(arguments: [
        "m=262145,t=2,p=1", "m=4294967295,t=2,p=1", "m=256,t=17,p=1", "m=256,t=4294967295,p=1",
        "m=256,t=2,p=9", "m=256,t=2,p=4294967295", "m=7,t=2,p=1", "m=15,t=2,p=2", "m=256,t=0,p=1",
        "m=256,t=2,p=0",
    ])
    func refusesUnbearableCosts(_ costs: String) {
        let text = Self.altered("m=256,t=2,p=1", costs)
        #expect(throws: PasswordError.tooCostly) {
            try PasswordHash.matches(Redacted("password"), text)
        }
        #expect(!PasswordHash.isUsable(text))
    }

    @Test func refusesOtherSalts() {
        for count in [0, 7, 65] {
            let salt = [UInt8](repeating: 1, count: count)
            #expect(throws: PasswordError.badSalt) {
                try PasswordHash.make(Redacted("x"), salt: salt, cost: Self.cheap)
            }
        }
    }

    @Test func namesNoSecret() {
        for error in [PasswordError.tooLong, .notAHash, .tooCostly, .badSalt, .failed(-22)] {
            #expect(!error.description.isEmpty)
        }
    }
}

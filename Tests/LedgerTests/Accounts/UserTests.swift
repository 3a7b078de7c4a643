import Basics
import Domain
import Storage
import Testing

@testable import Ledger

@Suite("Users") struct UserTests {
    private let ann = Identifier(literal: "ann")
    private let add = "USER ADD ann ROLE trader STATIONS luna PASSWORD long-enough"

    private func user(_ market: Market, _ name: String = "ann") -> User? {
        market.state.users[Identifier(name) ?? .local]
    }

    @Test func lifeOfAUser() throws {
        try Market.check { market in
            let made = market.take(
                add + " EMAIL ann@example.org DESIGNATION 'Chief trader' META '{\"a\":1}'")
            #expect(made.at("name") == "ann")
            #expect(made.at("role") == "trader")
            #expect(made.at("stations.0") == "luna")
            #expect(made.at("designation") == "Chief trader")
            #expect(made.at("email") == "ann@example.org")
            #expect(made.at("attributes.a") == "1")
            #expect(made.at("disabled") == "false")
            #expect(user(market)?.passwordHash == FakeHashes.hash(Array("long-enough".utf8)))
            market.refuse(add, .exists, "ann")
            let changed = market.take(
                "USER SET ann ROLE operator STATIONS mars,luna,mars EMAIL NONE DESIGNATION NONE "
                    + "META NONE")
            #expect(changed.at("role") == "operator")
            #expect(user(market)?.stations?.map(\.text) == ["mars", "luna"])
            #expect(changed.at("email") == "null")
            #expect(changed.at("designation") == "null")
            market.take("USER SET ann STATIONS *")
            #expect(user(market)?.stations == nil)
            market.take("USER SET ann STATIONS NONE")
            #expect(user(market)?.stations == [])
            #expect(market.take("USER DISABLE ann").at("disabled") == "true")
            market.refuse("USER DISABLE ann", .badState, "disabled already")
            #expect(market.take("USER ENABLE ann").at("disabled") == "false")
            market.refuse("USER ENABLE ann", .badState, "enabled already")
            market.take("USER PASSWD ann another-one")
            #expect(user(market)?.passwordHash == FakeHashes.hash(Array("another-one".utf8)))
            #expect(market.run("USER GET ann").json().at("role") == "operator")
            #expect(market.run("USER GET bob").isNull)
            market.take("USER ADD bob ROLE viewer STATIONS * PASSWORD long-enough")
            #expect(market.run("USER LIST").items("name") == ["ann", "bob"])
            #expect(market.run("USER LIST LIMIT 1").items("name") == ["ann"])
        }
    }

    @Test func events() throws {
        try Market.check { market in
            market.makes(["user.added"]) { market.take(add) }
            market.makes(["user.changed"]) { market.take("USER SET ann ROLE viewer") }
            market.makes(["user.changed", "user.password"]) {
                market.take("USER SET ann ROLE trader PASSWORD another-one")
            }
            market.makes(["user.password"]) {
                market.take("USER SET ann PASSWORD one-more-word")
            }
            market.makes(["user.password"]) { market.take("USER PASSWD ann another-one") }
            market.makes(["user.disabled"]) { market.take("USER DISABLE ann") }
            market.makes(["user.enabled"]) { market.take("USER ENABLE ann") }
            let made = market.events {
                market.take("USER SET ann DESIGNATION x PASSWORD yet-another-one")
            }
            for event in made {
                var text = ByteBuffer()
                text.appendJSON(event, history: "h", names: market.state.names)
                let shown = text.bytes.validatedText ?? ""
                #expect(shown.contains(#""subject":"user/ann""#))
                #expect(!shown.contains("fake"))
                #expect(!shown.contains("password\":"))
            }
        }
    }

    @Test func refusals() throws {
        try Market.check { market in
            for (line, code) in [
                ("USER ADD a ROLE king STATIONS luna PASSWORD long-enough", ErrorCode.syntax),
                ("USER ADD a ROLE viewer STATIONS moon PASSWORD long-enough", .notFound),
                ("USER ADD a ROLE viewer STATIONS luna,, PASSWORD long-enough", .syntax),
                ("USER ADD a ROLE viewer STATIONS 'luna, mars' PASSWORD long-enough", .syntax),
                ("USER ADD a ROLE viewer STATIONS luna PASSWORD short", .range),
                ("USER ADD a ROLE viewer STATIONS luna EMAIL a@b.org", .syntax),
                ("USER ADD a STATIONS luna PASSWORD long-enough META {}", .syntax),
                ("USER ADD a ROLE viewer PASSWORD long-enough META {}", .syntax),
                ("USER ADD role ROLE viewer STATIONS luna PASSWORD long-enough", .syntax),
                ("USER ADD a/b ROLE viewer STATIONS luna PASSWORD long-enough", .syntax),
                ("USER ADD local ROLE viewer STATIONS luna PASSWORD long-enough", .exists),
                ("USER ADD system ROLE viewer STATIONS luna PASSWORD long-enough", .exists),
                ("USER ADD plugins ROLE viewer STATIONS luna PASSWORD long-enough", .exists),
                ("USER ADD a ROLE admin STATIONS luna PASSWORD long-enough", .range),
                (
                    "USER ADD a ROLE viewer STATIONS luna PASSWORD long-enough EMAIL nobody",
                    .syntax
                ),
                (
                    "USER ADD a ROLE viewer STATIONS luna PASSWORD long-enough EMAIL a@b@c",
                    .syntax
                ),
                (
                    "USER ADD a ROLE viewer STATIONS luna PASSWORD long-enough META [1]",
                    .syntax
                ),
                ("USER SET nobody ROLE viewer", .notFound),
                ("USER PASSWD nobody long-enough", .notFound),
                ("USER PASSWD nobody short", .range),
                ("USER DISABLE nobody", .notFound), ("USER ENABLE nobody", .notFound),
            ] {
                market.refuse(line, code)
            }
            let long = String(repeating: "x", count: 1_025)
            market.refuse("USER ADD a ROLE viewer STATIONS luna PASSWORD \(long)", .limit)
            market.take("USER ADD a ROLE viewer STATIONS luna PASSWORD \(long.dropLast())")
            let many = Array(repeating: "luna", count: 600).joined(separator: ",")
            market.take("USER ADD b ROLE viewer STATIONS \(many) PASSWORD long-enough")
            #expect(user(market, "b")?.stations?.count == 1)
            market.refuse("USER SET b ROLE admin", .range, "STATIONS *")
            market.take("USER SET b ROLE admin STATIONS *")
        }
    }

    /// The prepared hash is found once, by the words that it was made for.
    @Test func preparedHashes() throws {
        try Market.check { market in
            #expect(
                market.run(add, isHashed: false).error == "ERR passwords are not available")
            #expect(market.state.users.isEmpty)
            // A dry run needs none and leaves nothing.
            let dry = market.run(add, isDryRun: true, isHashed: false).json()
            #expect(dry.at("result.name") == "ann")
            #expect(dry.at("events.0.type") == "user.added")
            #expect(market.state.users.isEmpty)
            let words = Market.words(add)
            try market.ledger.secrets.prepare(words: words, hash: "$one$")
            #expect(market.run(add + " META {}", isHashed: false).code == .err)
            #expect(market.run(add, isHashed: false).error == nil)
            #expect(user(market)?.passwordHash == "$one$")
            #expect(market.run("USER PASSWD ann long-enough", isHashed: false).code == .err)
            for number in 0..<300 {
                try market.ledger.secrets.prepare(
                    words: Market.words("USER PASSWD ann number-\(number)"), hash: "$\(number)$")
            }
            #expect(market.run("USER PASSWD ann number-1", isHashed: false).code == .err)
            #expect(market.run("USER PASSWD ann number-299", isHashed: false).error == nil)
            #expect(user(market)?.passwordHash == "$299$")
        }
    }

    /// The first result again, whatever the password: it is no part of what is kept.
    @Test func keys() throws {
        try Market.check { market in
            let made = market.take(add, key: "k1")
            let again = market.take(add, key: "k1")
            #expect(again.at("replayed") == "true")
            #expect(again.at("seq") == made.at("seq"))
            let other = market.take(
                "USER ADD ann ROLE trader STATIONS luna PASSWORD another-one", key: "k1")
            #expect(other.at("replayed") == "true")
            market.refuse(
                "USER ADD ann ROLE viewer STATIONS luna PASSWORD long-enough", .conflict, key: "k1")
            market.refuse(
                "USER ADD bob ROLE trader STATIONS luna PASSWORD long-enough", .conflict, "name",
                key: "k1")
            market.take("USER PASSWD ann one-password", key: "k2")
            #expect(
                market.take("USER PASSWD ann two-password", key: "k2").at("replayed") == "true")
            #expect(user(market)?.passwordHash == FakeHashes.hash(Array("one-password".utf8)))
            market.take("USER SET ann ROLE viewer PASSWORD three-passwords", key: "k3")
            let set = market.take("USER SET ann ROLE viewer PASSWORD three-passwords", key: "k3")
            #expect(set.at("replayed") == "true")
        }
    }

    @Test func requestHashesHoldNoPassword() throws {
        let spec = try #require(CommandTable.find(name: "USER ADD"))
        func hash(_ line: String, _ spec: CommandSpec) -> UInt64 {
            var words = ArgumentVector()
            for word in Market.words(line) { words.append(word.span) }
            return RequestHash.of(words, spec)
        }
        let first = hash(add, spec)
        #expect(
            first == hash("user add ann stations luna password 12345678 role trader", spec))
        #expect(first != hash("USER ADD ann ROLE viewer STATIONS luna PASSWORD long-enough", spec))
        #expect(hash("USER ADD ann PASSWORD one PASSWORD two", spec) == 0)
        let change = try #require(CommandTable.find(name: "USER PASSWD"))
        #expect(
            hash("USER PASSWD ann one-password", change)
                == hash("USER PASSWD ann two-password", change))
        #expect(
            hash("USER PASSWD ann one-password", change)
                != hash("USER PASSWD bob one-password", change))
    }

    @Test func theLastAdministratorStays() throws {
        try Market.check { market in
            market.take("USER ADD ada ROLE admin STATIONS * PASSWORD long-enough")
            market.refuse("USER DISABLE ada", .badState, "last enabled administrator")
            market.refuse("USER SET ada ROLE operator", .badState)
            market.take("USER SET ada DESIGNATION boss")
            market.take("USER ADD bea ROLE admin STATIONS * PASSWORD long-enough")
            market.take("USER DISABLE ada")
            market.refuse("USER DISABLE bea", .badState)
            market.take("USER ENABLE ada")
            market.take("USER SET bea ROLE viewer")
            market.refuse("USER SET ada ROLE viewer", .badState)
            // In one transaction too.
            market.take("USER SET bea ROLE admin STATIONS *")
            #expect(
                market.multi(["USER DISABLE ada", "USER DISABLE bea"]).code == .execAbort)
            #expect(user(market, "ada")?.isDisabled == false)
        }
    }

    /// `USER PASSWD admin` makes the administrator of a server that has none.
    @Test func theFirstAdministrator() throws {
        try Market.check { market in
            market.take("USER ADD ann ROLE trader STATIONS luna PASSWORD long-enough")
            let made = market.take("USER PASSWD admin long-enough")
            #expect(made.at("role") == "admin")
            #expect(made.at("stations") == "*")
            let other = try market.ledger.setFirstPassword("$x$")
            #expect(other == nil)
        }
        try Market.check { market in
            let first = try market.ledger.setFirstPassword("$x$")
            let second = try market.ledger.setFirstPassword("$y$")
            #expect(first?.name == User.admin)
            #expect(second == nil)
            #expect(user(market, "admin")?.passwordHash == "$x$")
            market.take("USER PASSWD admin long-enough")
            market.take("USER ADD ada ROLE admin STATIONS * PASSWORD long-enough")
        }
    }

    @Test func oneself() throws {
        try Market.check { market in
            market.take(add)
            let ann = Caller(try #require(user(market)))
            #expect(market.take("USER WHOAMI", as: ann).at("name") == "ann")
            #expect(market.take("USER WHOAMI").at("name") == "local")
            #expect(market.take("USER WHOAMI").at("role") == "admin")
            market.take("USER PASSWD ann another-one", as: ann)
            market.refuse("USER PASSWD bob another-one", .noPerm, "role admin", as: ann)
            market.refuse("USER GET ann", .noPerm, as: ann)
            market.refuse("USER LIST", .noPerm, as: ann)
            market.refuse("USER SET ann ROLE admin", .noPerm, as: ann)
            market.refuse("USER DISABLE ann", .noPerm, as: ann)
            // Before any work is done for it.
            let spec = try #require(CommandTable.find(name: "USER PASSWD"))
            let words = Market.words("USER PASSWD bob another-one")
            #expect(throws: CommandError.self) {
                try PasswordRequest.password(of: spec, words, caller: ann)
            }
        }
    }
}

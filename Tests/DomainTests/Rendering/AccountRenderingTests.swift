import Basics
import Domain
import Testing

@Suite("Users and grants as JSON") struct AccountRenderingTests {
    private let samples = RenderingSamples()

    private var user: User {
        var user = User(
            name: samples.id("ann"), role: .trader, stations: [samples.id("luna-1")],
            created: samples.created, seq: 1_042)
        user.passwordHash = "$argon2id$private"
        user.designation = "Quartermaster"
        user.email = "ann@example.org"
        user.attributes = #"{"a":1}"#
        return user
    }

    private var grant: Grant {
        var grant = Grant(
            id: samples.id("01JD"), user: samples.id("ann"), kind: .api,
            secret: SecretHash(high: Digest128(high: 1, low: 2), low: Digest128()),
            created: samples.created, seq: 7)
        grant.name = "ci"
        return grant
    }

    @Test func users() {
        #expect(
            rendered { $0.appendJSON(user) }
                == #"""
                {"name":"ann","role":"trader","stations":["luna-1"],\#
                "designation":"Quartermaster","email":"ann@example.org","attributes":{"a":1},\#
                "disabled":false,"seq":1042}
                """#)
        let admin = User(
            name: samples.id("admin"), role: .admin, stations: nil, created: samples.created,
            seq: 1)
        #expect(
            rendered { $0.appendJSON(admin, replayed: true) }
                == #"""
                {"name":"admin","role":"admin","stations":"*","designation":null,"email":null,\#
                "attributes":{},"disabled":false,"seq":1,"replayed":true}
                """#)
    }

    @Test func grants() {
        let fields = #"""
            "id":"01JD","user":"ann","kind":"api","name":"ci",\#
            "created":"2026-11-18T11:06:40.000Z","expires":null,"revoked":null,"seq":7
            """#
        #expect(rendered { $0.appendJSON(grant) } == "{\(fields)}")
        #expect(
            rendered { $0.appendJSON(grant, token: "ent_x") }
                == "{\"token\":\"ent_x\",\(fields)}")
        #expect(
            rendered { $0.appendJSON(grant, token: nil, replayed: true) }
                == "{\"token\":null,\(fields),\"replayed\":true}")
    }

    /// Everything an event of accounts shows, and nothing private.
    @Test func events() {
        var ended = grant
        ended.revoked = samples.created
        for (type, data, subject) in [
            (
                EventType.userChanged, EventData.user(UserChange(before: user, user: user)),
                "user/ann"
            ),
            (
                .tokenRevoked,
                .grant(GrantChange(before: grant, grant: ended, reason: "lost")), "token/01JD"
            ),
            (
                .tokenRemoved,
                .grant(GrantChange(before: nil, grant: nil, removed: [samples.id("a")])),
                "token/a"
            ),
        ] {
            let event = Event(
                seq: 9, time: samples.created, type: type, first: 9, count: 1,
                actor: samples.id("ada"), cause: Cause(command: .userSet), data: data)
            let text = rendered { $0.appendJSON(event, history: "H", names: samples.names) }
            #expect(text.contains("\"subject\":\"\(subject)\",\"stations\":[]"))
            #expect(text.contains("\"data\":{\"before\":"))
            #expect(!text.contains("argon2id"))
        }
    }
}

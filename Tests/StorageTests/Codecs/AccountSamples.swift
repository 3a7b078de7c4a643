import Basics
import Domain
import Storage

/// Users, grants and what administrators do.
extension Samples {
    static let secret = SecretHash(
        high: Digest128(high: 1, low: .max), low: Digest128(high: 0x8000_0000_0000_0000, low: 4))

    static var user: User {
        User(
            name: id("ann"), role: .viewer, stations: [id("luna-1"), id("mars-2")],
            created: created, seq: seq)
    }

    static var admin: User {
        User(name: id("admin"), role: .admin, stations: nil, created: created, seq: seq)
    }

    static var fullUser: User {
        var user = user
        user.passwordHash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"
        user.role = .operator
        user.stations = []
        user.designation = "Quartermaster \u{20ac}"
        user.email = "ann@example.org"
        user.attributes = #"{"a":[1]}"#
        user.isDisabled = true
        user.updated = Timestamp(milliseconds: created.milliseconds - 5)
        user.seq = 0
        user.unknown = [0x68, 1]
        return user
    }

    static var grant: Grant {
        Grant(
            id: id("01JD6YV8R000000000000000G9"), user: id("ann"), kind: .api, secret: secret,
            created: created, seq: seq)
    }

    static var fullGrant: Grant {
        var grant = grant
        grant.kind = .session
        grant.name = "ci \u{1f680}"
        grant.generation = .max
        grant.expires = Timestamp(milliseconds: created.milliseconds + 900_000)
        grant.revoked = Timestamp(milliseconds: created.milliseconds - 1)
        grant.seq = 0
        grant.unknown = [0x58, 1]
        return grant
    }

    static var accountEvents: [(name: String, event: Event)] {
        let revoked = GrantChange(before: grant, grant: fullGrant, reason: "lost")
        let removed = GrantChange(before: nil, grant: nil, removed: [id("a"), id("b")])
        let action = AdminAction(command: "CONFIG SET", target: "loglevel", detail: "1")
        return [
            ("user.added", .userAdded, .user(UserChange(before: nil, user: fullUser))),
            ("user.changed", .userChanged, .user(UserChange(before: user, user: admin))),
            (
                "token.issued", .tokenIssued, .grant(GrantChange(before: nil, grant: grant))
            ),
            ("token.revoked", .tokenRevoked, .grant(revoked)),
            ("token.removed", .tokenRemoved, .grant(removed)),
            ("system.action", .systemAction, .system(.action(action))),
            (
                "short system.action", .systemAction,
                .system(.action(AdminAction(command: "AUDIT")))
            ),
        ].map { (name: String, type: EventType, data: EventData) in
            (name, event(type, data, command: nil))
        }
    }
}

extension CodecCase {
    static var accounts: [CodecCase] {
        [("user", Samples.user), ("full user", Samples.fullUser), ("admin", Samples.admin)].map {
            name, user in
            CodecCase(
                name: name, bytes: encoded { UserCodec.encode(user, into: &$0) },
                again: { bytes in
                    let user = try UserCodec.decode(bytes.span)
                    return encoded { UserCodec.encode(user, into: &$0) }
                })
        }
            + [("grant", Samples.grant), ("full grant", Samples.fullGrant)].map { name, grant in
                CodecCase(
                    name: name, bytes: encoded { GrantCodec.encode(grant, into: &$0) },
                    again: { bytes in
                        let grant = try GrantCodec.decode(bytes.span)
                        return encoded { GrantCodec.encode(grant, into: &$0) }
                    })
            }
    }
}

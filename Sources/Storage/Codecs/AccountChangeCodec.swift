import Basics
import Domain

/// What events of users, grants and administrators hold besides their records.
///
///     action           1 command  2 target  3 detail     absent: none; a closed message
enum AccountChangeCodec {
    static func encode(_ action: AdminAction, field: UInt64, into buffer: inout ByteBuffer) {
        let start = buffer.beginMessage(field)
        buffer.field(1, action.command)
        buffer.field(2, action.target)
        buffer.field(3, action.detail)
        buffer.endMessage(start)
    }

    static func action(_ bytes: Span<UInt8>) throws(DecodingError) -> AdminAction {
        var fields = FieldReader(nested: bytes)
        var command: String?
        var action = AdminAction(command: "")
        while try fields.next() {
            switch fields.number {
            case 1: command = try fields.text()
            case 2: action.target = try fields.text()
            case 3: action.detail = try fields.text()
            default: throw fields.unexpected()
            }
        }
        action.command = try required(command, "command")
        return action
    }
}

/// The fields 37–38 of an event while they are read.
struct AccountParts {
    var user: (before: User?, after: User?)
    var grant: (before: Grant?, after: Grant?)
    var removed: [Identifier] = []
    var action: AdminAction?

    /// The data of `user.*`.
    func userChange() throws(DecodingError) -> UserChange {
        UserChange(before: user.before, user: try required(user.after, "after"))
    }

    /// The data of `token.*`.
    func grantChange(reason: String?) throws(DecodingError) -> GrantChange {
        if grant.after == nil && removed.isEmpty { throw .malformed("after is missing") }
        return GrantChange(
            before: grant.before, grant: grant.after, removed: removed, reason: reason)
    }
}

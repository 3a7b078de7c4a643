package import Basics
import JSON

extension ByteBuffer {
    /// Appends a user as JSON, every field in its fixed place, without its password's hash.
    ///
    /// - Parameter replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(_ user: User, replayed: Bool = false) {
        appendField("{\"name\":", user.name)
        appendField(",\"role\":", name: user.role.name)
        append(",\"stations\":" as StaticString)
        if let stations = user.stations {
            append(UInt8(ascii: "["))
            for index in stations.indices {
                if index > 0 { append(UInt8(ascii: ",")) }
                appendJSON(stations[index])
            }
            append(UInt8(ascii: "]"))
        } else {
            append("\"*\"" as StaticString)
        }
        appendField(",\"designation\":", optional: user.designation)
        appendField(",\"email\":", optional: user.email)
        appendField(",\"attributes\":", object: user.attributes)
        append(",\"disabled\":" as StaticString)
        appendJSON(bool: user.isDisabled)
        appendField(",\"seq\":", user.seq)
        endRecord(replayed: replayed)
    }

    /// Appends a grant as JSON, every field in its fixed place, without the hash of its secret.
    ///
    /// - Parameter replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(_ grant: Grant, replayed: Bool = false) {
        appendField("{\"id\":", grant.id)
        appendFields(of: grant)
        endRecord(replayed: replayed)
    }

    /// Appends a new grant with the token that opens it: the one time that it is shown.
    ///
    /// - Parameter token: nil where it must not or cannot be shown again.
    package mutating func appendJSON(
        _ grant: Grant, token: String?, replayed: Bool = false
    ) {
        appendField("{\"token\":", optional: token)
        appendField(",\"id\":", grant.id)
        appendFields(of: grant)
        endRecord(replayed: replayed)
    }

    private mutating func appendFields(of grant: Grant) {
        appendField(",\"user\":", grant.user)
        appendField(",\"kind\":", name: grant.kind.name)
        appendField(",\"name\":", optional: grant.name)
        appendField(",\"created\":", grant.created)
        appendField(",\"expires\":", optional: grant.expires)
        appendField(",\"revoked\":", optional: grant.revoked)
        appendField(",\"seq\":", grant.seq)
    }

    /// The data of `user.*`.
    mutating func appendData(_ change: UserChange) {
        append("{\"before\":" as StaticString)
        if let before = change.before { appendJSON(before) } else { appendJSONNull() }
        append(",\"after\":" as StaticString)
        appendJSON(change.user)
        append(UInt8(ascii: "}"))
    }

    /// The data of `token.*`; of an internal event only how much it holds.
    mutating func appendData(_ change: GrantChange) {
        append("{\"before\":" as StaticString)
        if let before = change.before { appendJSON(before) } else { appendJSONNull() }
        append(",\"after\":" as StaticString)
        if let grant = change.grant { appendJSON(grant) } else { appendJSONNull() }
        if !change.removed.isEmpty { appendField(",\"removed\":", Int64(change.removed.count)) }
        appendField(",\"reason\":", optional: change.reason)
        append(UInt8(ascii: "}"))
    }
}

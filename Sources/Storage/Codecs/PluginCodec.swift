package import Basics
package import Domain

/// The stored form of a plugin: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   name
///      2 tag     live           3 tag candidate      4 tag previous: absent: none
///      5 varint  trial          1–99 the percent of a canary, 100 shadow; absent: off
///      6 bytes   file           a digest; absent: none was read
///      7 varint  station        absent: *
///      8 varint  removed, 1     absent: not
///      9 varint  created        milliseconds since 1970, zigzag
///     10 varint  updated        zigzag milliseconds since created; absent: created
///     11 varint  seq            absent: 0
///
///     tag       1 digest, 16 bytes, high half first  2 declared version      closed
package enum PluginCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    private static let shadow: UInt64 = 100

    /// Appends the stored form.
    package static func encode(_ plugin: Plugin, into buffer: inout ByteBuffer) {
        let created = plugin.created
        buffer.append(varint: schema)
        buffer.field(1, plugin.name)
        if let live = plugin.live { encode(live, field: 2, into: &buffer) }
        if let candidate = plugin.candidate { encode(candidate, field: 3, into: &buffer) }
        if let previous = plugin.previous { encode(previous, field: 4, into: &buffer) }
        switch plugin.trial {
        case .off: break
        case .shadow: buffer.field(5, shadow)
        case .canary(let percent): buffer.field(5, UInt64(clamping: percent))
        }
        if let file = plugin.file { buffer.field(6, file) }
        if let station = plugin.station { buffer.field(7, UInt64(station.raw)) }
        if plugin.isRemoved { buffer.field(8, 1 as UInt64) }
        buffer.field(9, signed: created.milliseconds)
        if plugin.updated != created { buffer.field(10, plugin.updated, since: created) }
        buffer.field(11, unlessZero: plugin.seq)
        buffer.append(plugin.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> Plugin {
        var fields = try FieldReader(record: bytes, schema: schema)
        var name: Identifier?
        var created: Timestamp?
        var updated: Int64 = 0
        var plugin = Plugin(name: .system, created: Timestamp(milliseconds: 0), seq: 0)
        while try fields.next() {
            switch fields.number {
            case 1: name = try fields.identifier()
            case 2: plugin.live = try tag(try fields.bytes())
            case 3: plugin.candidate = try tag(try fields.bytes())
            case 4: plugin.previous = try tag(try fields.bytes())
            case 5: plugin.trial = try trial(try fields.unsigned())
            case 6: plugin.file = try fields.digest()
            case 7: plugin.station = StationNumber(try fields.owner())
            case 8: plugin.isRemoved = try fields.flag()
            case 9: created = Timestamp(milliseconds: try fields.signed())
            case 10: updated = try fields.signed()
            case 11: plugin.seq = try fields.unsigned()
            default: try fields.keep(in: &plugin.unknown)
            }
        }
        plugin.name = try required(name, "name")
        plugin.created = try required(created, "created")
        plugin.updated = plugin.created.moved(by: updated)
        return plugin
    }

    private static func trial(_ number: UInt64) throws(DecodingError) -> PluginTrial {
        switch number {
        case 1...99: return .canary(percent: Int(number))
        case shadow: return .shadow
        default: throw .malformed("a trial of \(number) percent")
        }
    }

    static func encode(_ tag: VersionTag, field: UInt64, into buffer: inout ByteBuffer) {
        let start = buffer.beginMessage(field)
        buffer.field(1, tag.digest)
        buffer.field(2, tag.declared)
        buffer.endMessage(start)
    }

    static func tag(_ bytes: Span<UInt8>) throws(DecodingError) -> VersionTag {
        var fields = FieldReader(nested: bytes)
        var digest: Digest128?
        var declared: String?
        while try fields.next() {
            switch fields.number {
            case 1: digest = try fields.digest()
            case 2: declared = try fields.text()
            default: throw fields.unexpected()
            }
        }
        return VersionTag(
            digest: try required(digest, "digest"), declared: try required(declared, "declared"))
    }
}

/// The stored form of a plugin's own table: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   plugin         2 bytes  a JSON object           3 varint  seq  absent: 0
package enum PluginStateCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ state: PluginState, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, state.plugin)
        buffer.field(2, state.json)
        buffer.field(3, unlessZero: state.seq)
        buffer.append(state.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> PluginState {
        var fields = try FieldReader(record: bytes, schema: schema)
        var plugin: Identifier?
        var json: String?
        var seq: UInt64 = 0
        var unknown: [UInt8] = []
        while try fields.next() {
            switch fields.number {
            case 1: plugin = try fields.identifier()
            case 2: json = try fields.text()
            case 3: seq = try fields.unsigned()
            default: try fields.keep(in: &unknown)
            }
        }
        var state = PluginState(
            plugin: try required(plugin, "plugin"), json: try required(json, "json"), seq: seq)
        state.unknown = unknown
        return state
    }
}

/// The stored form of a hook cursor: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   owner          2 varint  seq  absent: 0
///      3 timer*  1 period in milliseconds  2 last run, milliseconds since 1970, zigzag   closed
package enum HookCursorCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ cursor: HookCursor, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, cursor.owner)
        buffer.field(2, unlessZero: cursor.seq)
        for timer in cursor.timers {
            let start = buffer.beginMessage(3)
            buffer.field(1, timer.every)
            buffer.field(2, signed: timer.last.milliseconds)
            buffer.endMessage(start)
        }
        buffer.append(cursor.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> HookCursor {
        var fields = try FieldReader(record: bytes, schema: schema, repeated: 1 << 3)
        var owner: Identifier?
        var cursor = HookCursor(owner: .system, seq: 0)
        while try fields.next() {
            switch fields.number {
            case 1: owner = try fields.identifier()
            case 2: cursor.seq = try fields.unsigned()
            case 3: cursor.timers.append(try timer(try fields.bytes()))
            default: try fields.keep(in: &cursor.unknown)
            }
        }
        cursor.owner = try required(owner, "owner")
        return cursor
    }

    private static func timer(_ bytes: Span<UInt8>) throws(DecodingError) -> HookCursor.Timer {
        var fields = FieldReader(nested: bytes)
        var every: Int64?
        var last: Int64?
        while try fields.next() {
            switch fields.number {
            case 1: every = try fields.integer()
            case 2: last = try fields.signed()
            default: throw fields.unexpected()
            }
        }
        return HookCursor.Timer(
            every: try required(every, "every"),
            last: Timestamp(milliseconds: try required(last, "last")))
    }
}

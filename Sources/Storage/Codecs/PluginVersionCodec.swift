package import Basics
package import Domain

/// The stored form of a plugin's version: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   plugin
///      2 tag     as in `PluginCodec`
///      3 bytes   source         private
///      4 bytes   author
///      5 varint  time           milliseconds since 1970, zigzag
///      6 varint  station        absent: *
///      7 varint  priority       zigzag
///      8 bytes*  hook
///      9 bytes   description    absent: none
///     10 varint  on error       absent: skip
///     11 varint  from a file, 1 absent: not
///     12 varint  seq            absent: 0
package enum PluginVersionCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ version: PluginVersion, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, version.plugin)
        PluginCodec.encode(version.tag, field: 2, into: &buffer)
        buffer.field(3, version.source)
        buffer.field(4, version.author)
        buffer.field(5, signed: version.time.milliseconds)
        if let station = version.station { buffer.field(6, UInt64(station.raw)) }
        buffer.field(7, signed: version.priority)
        for hook in version.hooks { buffer.field(8, hook) }
        buffer.field(9, version.description)
        if version.onError != .skip { buffer.field(10, UInt64(version.onError.rawValue)) }
        if version.isFromFile { buffer.field(11, 1 as UInt64) }
        buffer.field(12, unlessZero: version.seq)
        buffer.append(version.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> PluginVersion {
        var fields = try FieldReader(record: bytes, schema: schema, repeated: 1 << 8)
        var plugin: Identifier?
        var tag: VersionTag?
        var source: String?
        var author: Identifier?
        var time: Int64?
        var rest = PluginVersion(
            plugin: .system, tag: VersionTag(digest: Digest128(), declared: ""), source: "",
            author: .system, time: Timestamp(milliseconds: 0), station: nil, onError: .skip, seq: 0)
        var priority: Int64?
        while try fields.next() {
            switch fields.number {
            case 1: plugin = try fields.identifier()
            case 2: tag = try PluginCodec.tag(try fields.bytes())
            case 3: source = try fields.text()
            case 4: author = try fields.identifier()
            case 5: time = try fields.signed()
            case 6: rest.station = StationNumber(try fields.owner())
            case 7: priority = try fields.signed()
            case 8: rest.hooks.append(try fields.text())
            case 9: rest.description = try fields.text()
            case 10: rest.onError = try fields.choice()
            case 11: rest.isFromFile = try fields.flag()
            case 12: rest.seq = try fields.unsigned()
            default: try fields.keep(in: &rest.unknown)
            }
        }
        rest.plugin = try required(plugin, "plugin")
        rest.tag = try required(tag, "version")
        rest.source = try required(source, "source")
        rest.author = try required(author, "author")
        rest.time = Timestamp(milliseconds: try required(time, "time"))
        rest.priority = try required(priority, "priority")
        return rest
    }
}

import Basics
import JSON
import Ledger
import RESP

/// How a connection wants its replies.
enum ReplyFormat: Equatable, Sendable {
    case resp(RESPVersion)
    /// One JSON document per line.
    case json
}

/// Turns replies into bytes.
enum ReplyEncoder {
    /// Appends one whole reply.
    static func append(_ reply: Reply, as format: ReplyFormat, to output: inout ByteBuffer) {
        if case .json = format {
            JSONLineEncoder.append(reply.value, record: reply.body, to: &output)
            output.append(UInt8(ascii: "\n"))
            return
        }
        guard case .resp(let version) = format else { return }
        append(reply.value, record: reply.body, version, to: &output)
    }

    /// Appends one reply that carries no record of its own.
    static func append(_ value: ReplyValue, as format: ReplyFormat, to output: inout ByteBuffer) {
        let noRecord = ByteBuffer(capacity: 0)
        switch format {
        case .json:
            JSONLineEncoder.append(value, record: noRecord, to: &output)
            output.append(UInt8(ascii: "\n"))
        case .resp(let version): append(value, record: noRecord, version, to: &output)
        }
    }

    private static func append(
        _ value: ReplyValue, record: borrowing ByteBuffer, _ version: RESPVersion,
        to output: inout ByteBuffer
    ) {
        switch value {
        case .ok: ReplyWriter.ok(to: &output)
        case .simple(let text): ReplyWriter.simple(text, to: &output)
        case .null: ReplyWriter.null(version: version, to: &output)
        case .nullArray: ReplyWriter.nullArray(version: version, to: &output)
        case .integer(let number): ReplyWriter.integer(number, to: &output)
        case .double(let number): ReplyWriter.double(number, version: version, to: &output)
        case .boolean(let flag): ReplyWriter.boolean(flag, version: version, to: &output)
        case .text(let text): ReplyWriter.bulk(text, to: &output)
        case .bytes(let bytes): ReplyWriter.bulk(bytes.span, to: &output)
        case .record: ReplyWriter.verbatim(record.bytes, version: version, to: &output)
        case .json(let bytes): ReplyWriter.verbatim(bytes.span, version: version, to: &output)
        case .array(let values):
            ReplyWriter.array(values.count, to: &output)
            for value in values { append(value, record: record, version, to: &output) }
        case .map(let pairs):
            ReplyWriter.map(pairs.count, version: version, to: &output)
            for pair in pairs {
                ReplyWriter.bulk(pair.key, to: &output)
                append(pair.value, record: record, version, to: &output)
            }
        case .error(let error):
            ReplyWriter.error(error.code.rawValue, error.message, to: &output)
        }
    }

    /// Appends something that the client did not ask for now: a message of a subscription.
    static func appendPush(
        _ values: [ReplyValue], as format: ReplyFormat, to output: inout ByteBuffer
    ) {
        switch format {
        case .json:
            JSONLineEncoder.appendPush(values, to: &output)
            output.append(UInt8(ascii: "\n"))
        case .resp(let version):
            ReplyWriter.push(values.count, version: version, to: &output)
            let noRecord = ByteBuffer(capacity: 0)
            for value in values { append(value, record: noRecord, version, to: &output) }
        }
    }
}

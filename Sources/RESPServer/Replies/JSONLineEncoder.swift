import Basics
import Domain
import JSON
import Ledger

/// Replies as one line of JSON each, for `nc`, scripts and people (`OUTPUT JSON`).
enum JSONLineEncoder {
    /// Appends `value` without a line end.
    ///
    /// - Parameter record: the document that `.record` stands for; JSON without line ends.
    static func append(
        _ value: ReplyValue, record: borrowing ByteBuffer, to output: inout ByteBuffer
    ) {
        switch value {
        case .ok: output.append("\"OK\"" as StaticString)
        case .simple(let text), .text(let text): output.appendJSON(string: text)
        case .null, .nullArray: output.appendJSONNull()
        case .integer(let number): output.append(decimal: number)
        case .double(let number): output.appendJSON(double: number)
        case .boolean(let flag): output.appendJSON(bool: flag)
        case .bytes(let bytes): output.appendJSON(bytes: bytes.span)
        case .record: appendDocument(record.bytes, to: &output)
        case .json(let bytes): appendDocument(bytes.span, to: &output)
        case .array(let values):
            output.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                append(value, record: record, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .map(let pairs):
            output.append(UInt8(ascii: "{"))
            for (index, pair) in pairs.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                output.appendJSON(string: pair.key)
                output.append(UInt8(ascii: ":"))
                append(pair.value, record: record, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .error(let error): append(error, to: &output)
        }
    }

    /// A document that a client wrote may hold line ends between its tokens; inside strings JSON
    /// has none, so a blank in their place changes nothing.
    private static func appendDocument(_ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        let start = output.count
        output.append(bytes)
        for index in start..<output.count where output[index] == 10 || output[index] == 13 {
            output[index] = UInt8(ascii: " ")
        }
    }

    private static func append(_ error: CommandError, to output: inout ByteBuffer) {
        output.append("{\"error\":{\"code\":" as StaticString)
        output.appendJSON(string: error.code.rawValue)
        output.append(",\"message\":" as StaticString)
        output.appendJSON(string: error.message)
        if let station = error.station {
            output.append(",\"station\":" as StaticString)
            output.appendJSON(string: station.text)
        }
        if let item = error.item {
            output.append(",\"item\":" as StaticString)
            output.appendJSON(string: item.text)
        }
        if let asked = error.asked {
            output.append(",\"asked\":" as StaticString)
            output.append(decimal: asked)
        }
        if let available = error.available {
            output.append(",\"available\":" as StaticString)
            output.append(decimal: available)
        }
        output.append("}}" as StaticString)
    }

    /// `{"push":"message","channel":…,"data":…}`; a pattern's message also names the pattern.
    static func appendPush(_ values: [ReplyValue], to output: inout ByteBuffer) {
        let names: [StaticString] =
            values.count == 4
            ? ["push", "pattern", "channel", "data"] : ["push", "channel", "data"]
        let noRecord = ByteBuffer(capacity: 0)
        output.append(UInt8(ascii: "{"))
        for (index, value) in values.enumerated() where index < names.count {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.append(UInt8(ascii: "\""))
            output.append(names[index])
            output.append("\":" as StaticString)
            append(value, record: noRecord, to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }
}

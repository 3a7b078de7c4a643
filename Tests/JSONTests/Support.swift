import Basics
import JSON

/// Parses text; nil where the reader refuses it.
func parse(_ text: String) -> JSONValue? {
    parse(Array(text.utf8))
}

func parse(_ bytes: [UInt8]) -> JSONValue? {
    try? JSONReader.parse(bytes.span)
}

func failure(_ bytes: [UInt8]) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONReader.parse(bytes.span)
        return nil
    } catch { return error }
}

func written(_ value: JSONValue) -> String {
    var buffer = ByteBuffer()
    value.append(to: &buffer)
    return buffer.bytes.validatedText ?? "invalid UTF-8"
}

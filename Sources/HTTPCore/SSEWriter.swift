package import Basics

/// Server-sent events (the HTML standard's `text/event-stream`), as bytes behind a buffer's end.
package enum SSEWriter {
    /// Appends one event.
    ///
    /// - Parameters:
    ///   - id: what `Last-Event-ID` will say; left out where it has a line break or a NUL, which
    ///     the format cannot express.
    ///   - event: the type that a listener names; nil for `message`.
    ///   - data: text in UTF-8; each of its lines becomes a line of its own.
    package static func appendEvent(
        id: String?, event: StaticString?, data: Span<UInt8>, to buffer: inout ByteBuffer
    ) {
        if let event {
            buffer.append("event: ")
            buffer.append(event)
            buffer.append(UInt8(ascii: "\n"))
        }
        if let id, !id.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) {
            buffer.append("id: " as StaticString)
            buffer.append(id)
            buffer.append(UInt8(ascii: "\n"))
        }
        buffer.append("data: " as StaticString)
        appendLines(data, to: &buffer)
        buffer.append("\n\n" as StaticString)
    }

    /// Appends a comment, which listeners never see: it shows that the connection lives.
    package static func appendComment(_ text: StaticString, to buffer: inout ByteBuffer) {
        buffer.append(": " as StaticString)
        buffer.append(text)
        buffer.append("\n\n" as StaticString)
    }

    /// Appends how long a client waits before it connects again. The event behind it begins with
    /// the next line.
    package static func appendRetry(milliseconds: Int, to buffer: inout ByteBuffer) {
        buffer.append("retry: " as StaticString)
        buffer.append(decimal: milliseconds)
        buffer.append(UInt8(ascii: "\n"))
    }

    private static func appendLines(_ data: Span<UInt8>, to buffer: inout ByteBuffer) {
        var start = 0
        for index in 0..<data.count where data[index] == 10 || data[index] == 13 {
            let endsCarriageReturn = data[index] == 10 && index > 0 && data[index - 1] == 13
            if !endsCarriageReturn {
                buffer.append(data.extracting(start..<index))
                buffer.append("\ndata: " as StaticString)
            }
            start = index + 1
        }
        buffer.append(data.extracting(start..<data.count))
    }
}

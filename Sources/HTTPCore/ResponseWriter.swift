package import Basics

/// Writes replies as bytes behind a buffer's end.
package enum ResponseWriter {
    /// How the end of a reply's body is found.
    package enum Length: Sendable, Equatable {
        /// `Content-Length` of so many bytes, which the caller appends itself.
        case bytes(Int)
        /// A stream that ends with the connection; implies `Connection: close`.
        case untilClose
    }

    /// Appends a whole reply.
    ///
    /// A value with a CR, an LF, a NUL or another control character is never written: the reply
    /// becomes a plain 500 instead.
    ///
    /// - Parameters:
    ///   - version: of the request: only HTTP/1.0 has to be told of a kept connection.
    ///   - isHead: leaves out the body and says its length, as `HEAD` asks.
    ///   - keepAlive: whether the connection stays open.
    ///   - date: `HTTPDate.format` of now, kept by the caller for a second.
    /// - Returns: false where a 500 was written in its place.
    @discardableResult
    package static func append(
        _ response: HTTPResponse, version: HTTPVersion, isHead: Bool, keepAlive: Bool,
        date: String, to buffer: inout ByteBuffer
    ) -> Bool {
        if !response.fields.allSatisfy({ isValue($0.value) }) {
            let failure = HTTPResponse.problem(
                500, code: "ERR", detail: "a header field of the reply could not be written")
            append(
                failure, version: version, isHead: isHead, keepAlive: keepAlive, date: date,
                to: &buffer)
            return false
        }
        let isBodiless = HTTPStatus.isBodiless(response.status)
        buffer.reserve(256 + (isHead || isBodiless ? 0 : response.body.count))
        appendLine(response.status, date, to: &buffer)
        if let type = response.contentType, !isBodiless {
            buffer.append("Content-Type: " as StaticString)
            buffer.append(type)
            buffer.append("\r\n" as StaticString)
        }
        if !isBodiless {
            buffer.append("Content-Length: " as StaticString)
            buffer.append(decimal: response.body.count)
            buffer.append("\r\n" as StaticString)
        }
        appendEnd(response.fields, version, keepAlive, to: &buffer)
        if !isHead && !isBodiless { buffer.append(response.body) }
        return true
    }

    /// Appends the head of a reply whose body the caller writes itself: a stream, or bytes that it
    /// already has in a buffer.
    ///
    /// - Returns: false, and nothing appended, where a value may not be written.
    package static func appendHead(
        status: Int, contentType: StaticString?,
        fields: [(name: StaticString, value: String)], length: Length, version: HTTPVersion,
        keepAlive: Bool, date: String, to buffer: inout ByteBuffer
    ) -> Bool {
        if !fields.allSatisfy({ isValue($0.value) }) { return false }
        appendLine(status, date, to: &buffer)
        if let contentType {
            buffer.append("Content-Type: " as StaticString)
            buffer.append(contentType)
            buffer.append("\r\n" as StaticString)
        }
        var staysOpen = false
        if case .bytes(let count) = length {
            staysOpen = keepAlive
            buffer.append("Content-Length: " as StaticString)
            buffer.append(decimal: count)
            buffer.append("\r\n" as StaticString)
        }
        appendEnd(fields, version, staysOpen, to: &buffer)
        return true
    }

    /// Appends `100 Continue`, for which a client that `expectsContinue` waits.
    package static func appendContinue(to buffer: inout ByteBuffer) {
        buffer.append("HTTP/1.1 100 Continue\r\n\r\n" as StaticString)
    }

    /// Appends `101 Switching Protocols` to WebSocket.
    ///
    /// - Parameters:
    ///   - accept: the value of `Sec-WebSocket-Accept`, Base64.
    ///   - fields: further ones, such as a chosen subprotocol.
    /// - Returns: false, and nothing appended, where a value may not be written.
    package static func appendSwitch(
        accept: String, fields: [(name: StaticString, value: String)] = [],
        to buffer: inout ByteBuffer
    ) -> Bool {
        if !isValue(accept) || !fields.allSatisfy({ isValue($0.value) }) { return false }
        buffer.append("HTTP/1.1 101 Switching Protocols\r\n" as StaticString)
        buffer.append("Upgrade: websocket\r\nConnection: Upgrade\r\n" as StaticString)
        buffer.append("Sec-WebSocket-Accept: " as StaticString)
        buffer.append(accept)
        buffer.append("\r\n" as StaticString)
        appendFields(fields, to: &buffer)
        buffer.append("\r\n" as StaticString)
        return true
    }

    /// Whether `value` may be a field's value: no control characters but tabs.
    package static func isValue(_ value: String) -> Bool {
        let bytes = value.utf8.span
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if (byte < 0x20 && byte != 0x09) || byte == 0x7f { return false }
        }
        return true
    }

    private static func appendLine(
        _ status: Int, _ date: String, to buffer: inout ByteBuffer
    ) {
        if status == 200 {
            buffer.append("HTTP/1.1 200 OK\r\nDate: " as StaticString)
        } else {
            buffer.append("HTTP/1.1 " as StaticString)
            buffer.append(decimal: status)
            buffer.append(UInt8(ascii: " "))
            buffer.append(HTTPStatus.phrase(status))
            buffer.append("\r\nDate: " as StaticString)
        }
        buffer.append(date)
        buffer.append("\r\n" as StaticString)
    }

    private static func appendEnd(
        _ fields: [(name: StaticString, value: String)], _ version: HTTPVersion, _ keepAlive: Bool,
        to buffer: inout ByteBuffer
    ) {
        appendFields(fields, to: &buffer)
        if !keepAlive {
            buffer.append("Connection: close\r\n" as StaticString)
        } else if version == .http10 {
            buffer.append("Connection: keep-alive\r\n" as StaticString)
        }
        buffer.append("\r\n" as StaticString)
    }

    private static func appendFields(
        _ fields: [(name: StaticString, value: String)], to buffer: inout ByteBuffer
    ) {
        for field in fields {
            buffer.append(field.name)
            buffer.append(": " as StaticString)
            buffer.append(field.value)
            buffer.append("\r\n" as StaticString)
        }
    }
}

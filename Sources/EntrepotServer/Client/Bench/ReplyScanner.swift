package import Basics

/// Counts the replies in the bytes of one connection without keeping or decoding them.
///
/// Every byte is consumed as it comes, however the stream is cut; the inside of a string is
/// stepped over in one piece.
package struct ReplyScanner: Sendable {
    private static let keptErrorBytes = 200

    /// The whole replies seen so far.
    package private(set) var replies = 0
    /// Those of them that are errors.
    package private(set) var errors = 0
    /// The text of the first error.
    package private(set) var firstError: [UInt8] = []

    /// Bytes of a string, with its line end, that are still to come.
    private var skip = 0
    /// The first byte of the value that is being read, 0 between two values.
    private var type: UInt8 = 0
    private var number = 0
    private var isNegative = false
    /// Values that still belong to the present reply.
    private var open = 1

    package init() {}

    /// Takes the next bytes of the stream.
    package mutating func scan(_ bytes: Span<UInt8>) {
        var index = 0
        while index < bytes.count {
            if skip > 0 {
                let step = min(skip, bytes.count - index)
                skip -= step
                index += step
                if skip == 0 { complete() }
                continue
            }
            let byte = bytes[index]
            index += 1
            if type == 0 {
                type = byte
                number = 0
                isNegative = false
            } else if byte == 10 {
                endLine()
            } else {
                take(byte)
            }
        }
    }

    /// The same, for a buffer that is a property of an object.
    package mutating func scan(_ buffer: borrowing ByteBuffer) { scan(buffer.bytes) }

    private mutating func take(_ byte: UInt8) {
        if type == UInt8(ascii: "-") {
            if errors == 0 && firstError.count < Self.keptErrorBytes && byte != 13 {
                firstError.append(byte)
            }
        } else if byte == UInt8(ascii: "-") {
            isNegative = true
        } else if byte &- 48 < 10 && number < 1 << 40 {
            number = number * 10 + Int(byte - 48)
        }
    }

    private mutating func endLine() {
        switch type {
        case UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "!"):
            if isNegative { complete() } else { skip = number + 2 }
        case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: ">"): contain(number)
        case UInt8(ascii: "%"): contain(2 * number)
        default: complete()
        }
    }

    private mutating func contain(_ count: Int) {
        if !isNegative { open += count }
        complete()
    }

    private mutating func complete() {
        open -= 1
        if open == 0 {
            open = 1
            replies += 1
            if type == UInt8(ascii: "-") || type == UInt8(ascii: "!") { errors += 1 }
        }
        type = 0
    }
}

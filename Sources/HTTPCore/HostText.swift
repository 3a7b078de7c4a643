import Basics

/// The grammar of `host[:port]`, as far as it is accepted here.
package enum HostText {
    /// Whether `text` is a name of letters, digits and `-._~`, an IPv4 address or an IPv6 address
    /// in brackets, and behind it nothing, or a colon and a port (which may be empty) up to 65535.
    package static func isValid(_ text: Span<UInt8>) -> Bool {
        guard let end = hostEnd(text) else { return false }
        if end == text.count { return true }
        guard text[end] == UInt8(ascii: ":"), text.count - end <= 6 else { return false }
        var port = 0
        for index in (end + 1)..<text.count {
            guard text[index].isDigit else { return false }
            port = port * 10 + Int(text[index] - 0x30)
        }
        return port <= 65_535
    }

    /// Where the host ends, or nil where it is none; names have at most 255 bytes.
    static func hostEnd(_ text: Span<UInt8>) -> Int? {
        guard text.count > 0 else { return nil }
        var end = 0
        if text[0] == UInt8(ascii: "[") {
            while end < text.count && text[end] != UInt8(ascii: "]") { end += 1 }
            guard end < text.count, isIPv6(text.extracting(1..<end)) else { return nil }
            return end + 1
        }
        let allowed = CharacterClass.host
        while end < text.count && allowed.contains(text[end]) { end += 1 }
        return end > 0 && end <= 255 ? end : nil
    }

    /// Groups of one to four hexadecimal digits, at most one `::`, and perhaps an IPv4 tail.
    private static func isIPv6(_ text: Span<UInt8>) -> Bool {
        var groups = 0
        var hasGap = false
        var index = 0
        if text.count >= 2 && text[0] == 0x3a && text[1] == 0x3a {
            hasGap = true
            index = 2
        }
        while index < text.count {
            let start = index
            while index < text.count && text[index].hexValue != nil { index += 1 }
            if index < text.count && text[index] == UInt8(ascii: ".") {
                guard isIPv4(text.extracting(start..<text.count)) else { return false }
                groups += 2
                break
            }
            guard index > start, index - start <= 4 else { return false }
            groups += 1
            if index == text.count { break }
            guard text[index] == 0x3a, index + 1 < text.count else { return false }
            index += 1
            if text[index] == 0x3a {
                if hasGap { return false }
                hasGap = true
                index += 1
            }
        }
        return hasGap ? groups <= 7 : groups == 8
    }

    private static func isIPv4(_ text: Span<UInt8>) -> Bool {
        var parts = 0
        var index = 0
        while true {
            let start = index
            var value = 0
            while index < text.count && text[index].isDigit && index - start < 3 {
                value = value * 10 + Int(text[index] - 0x30)
                index += 1
            }
            guard index > start, value <= 255 else { return false }
            parts += 1
            if index == text.count { return parts == 4 }
            guard text[index] == UInt8(ascii: "."), parts < 4 else { return false }
            index += 1
        }
    }
}

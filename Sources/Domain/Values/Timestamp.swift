package import Basics

/// A moment: milliseconds since 1970 UTC, without leap seconds. RFC 3339 in every interface.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970 UTC, negative before.
    package var milliseconds: Int64

    /// 0000-01-01T00:00:00.000Z, the first moment that RFC 3339 can write.
    package static let earliest = Timestamp(milliseconds: -62_167_219_200_000)
    /// 9999-12-31T23:59:59.999Z, the last one.
    package static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    /// Any number is a moment; `text` writes those of years 0000–9999.
    @inlinable package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The moment `milliseconds` later (or earlier); nil outside years 0000–9999.
    package func adding(milliseconds: Int64) -> Timestamp? {
        let sum = self.milliseconds.addingReportingOverflow(milliseconds)
        if sum.overflow { return nil }
        let moment = Timestamp(milliseconds: sum.partialValue)
        return moment < .earliest || moment > .latest ? nil : moment
    }

    @inlinable package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Days since 1970-01-01 UTC, rounded down: the key of daily figures.
    package var utcDay: Int32 {
        Int32(clamping: Self.floorDivide(milliseconds, 86_400_000))
    }

    /// The RFC 3339 text with milliseconds and `Z`.
    package var text: String {
        var buffer = ByteBuffer(capacity: 24)
        buffer.append(self)
        return buffer.bytes.validatedText ?? ""
    }

    package var description: String { text }

    /// `2026-11-20`; days outside years 0000–9999 give the nearest one that can be written.
    package static func dayText(_ day: Int32) -> String {
        var buffer = ByteBuffer(capacity: 24)
        // Int32 days in milliseconds stay far inside Int64.
        buffer.append(Timestamp(milliseconds: Int64(day) * 86_400_000))
        buffer.truncate(to: 10)
        return buffer.bytes.validatedText ?? ""
    }

    static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

// MARK: Reading

extension Timestamp {
    /// Reads `2026-11-20T12:34:56.789Z`.
    ///
    /// Accepted: `t` and `z` in either case, offsets `±hh:mm` up to 23:59, 1–32 fraction digits
    /// (cut to milliseconds), no fraction. Nil for anything else: days that the calendar does not
    /// have, second 60 (there are no leap seconds inside), moments outside years 0000–9999.
    package init?(rfc3339 bytes: Span<UInt8>) {
        let count = bytes.count
        guard count >= 20, bytes[4] == 0x2d, bytes[7] == 0x2d, bytes[10] | 0x20 == 0x74,
            bytes[13] == 0x3a, bytes[16] == 0x3a,
            let year = Self.number(bytes, 0, 4), let month = Self.number(bytes, 5, 2),
            let day = Self.number(bytes, 8, 2), let hour = Self.number(bytes, 11, 2),
            let minute = Self.number(bytes, 14, 2), let second = Self.number(bytes, 17, 2)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        if !date.exists || hour > 23 || minute > 59 || second > 59 { return nil }

        var position = 19
        guard let millisecond = Self.fraction(bytes, &position),
            let offset = Self.offsetMinutes(bytes, position)
        else { return nil }
        let minutes = date.daysSince1970 * 1_440 + hour * 60 + minute - offset
        let moment = Timestamp(milliseconds: Int64((minutes * 60 + second) * 1_000 + millisecond))
        if moment < .earliest || moment > .latest { return nil }
        self = moment
    }

    /// As the reader of bytes.
    package init?(rfc3339 text: String) {
        self.init(rfc3339: text.utf8.span)
    }

    /// The number of exactly `length` digits at `start`, which lie inside `bytes`.
    private static func number(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> Int? {
        var value = 0
        for index in start..<start + length {
            let digit = bytes[index] &- 0x30
            if digit > 9 { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    /// Milliseconds of `.789…` at `position`, 0 where no point stands; steps over it.
    private static func fraction(_ bytes: Span<UInt8>, _ position: inout Int) -> Int? {
        if position >= bytes.count || bytes[position] != 0x2e { return 0 }
        position += 1
        let start = position
        var value = 0
        var weight = 100
        while position < bytes.count {
            let digit = bytes[position] &- 0x30
            if digit > 9 { break }
            value += Int(digit) * weight
            weight /= 10
            position += 1
        }
        let digits = position - start
        return digits == 0 || digits > 32 ? nil : value
    }

    /// Minutes east of UTC of the `Z` or `±hh:mm` that must end the text at `position`.
    private static func offsetMinutes(_ bytes: Span<UInt8>, _ position: Int) -> Int? {
        let remaining = bytes.count - position
        if remaining == 1 && bytes[position] | 0x20 == 0x7a { return 0 }
        guard remaining == 6, bytes[position] == 0x2b || bytes[position] == 0x2d,
            bytes[position + 3] == 0x3a,
            let hour = number(bytes, position + 1, 2), let minute = number(bytes, position + 4, 2),
            hour <= 23, minute <= 59
        else { return nil }
        let minutes = hour * 60 + minute
        return bytes[position] == 0x2b ? minutes : -minutes
    }
}

// MARK: Writing

extension ByteBuffer {
    /// Appends `2026-11-20T12:34:56.789Z`: 24 bytes, no allocation. A moment outside years
    /// 0000–9999 is written as the nearest one that can be.
    package mutating func append(_ timestamp: Timestamp) {
        let moment = min(max(timestamp, .earliest), .latest)
        let days = Timestamp.floorDivide(moment.milliseconds, 86_400_000)
        let time = UInt32(truncatingIfNeeded: moment.milliseconds - days * 86_400_000)
        let date = CivilDate(daysSince1970: Int(days))
        let millisecond = time % 1_000
        let second = time / 1_000 % 60
        let minute = time / 60_000 % 60
        let hour = time / 3_600_000

        // Three words of eight characters, the first character lowest.
        let dash: UInt64 = 0x2d
        let colon: UInt64 = 0x3a
        let first =
            twoDigits(date.year / 100) | twoDigits(date.year % 100) << 16 | dash << 32
            | twoDigits(date.month) << 40 | dash << 56
        let second8 =
            twoDigits(date.day) | 0x54 << 16 | twoDigits(hour) << 24 | colon << 40
            | twoDigits(minute) << 48
        let third =
            colon | twoDigits(second) << 8 | 0x2e << 24 | UInt64(48 + millisecond / 100) << 32
            | twoDigits(millisecond % 100) << 40 | 0x5a << 56
        reserve(24)
        append(littleEndian: first)
        append(littleEndian: second8)
        append(littleEndian: third)
    }

    /// Appends the moment in quotes.
    package mutating func appendJSON(_ timestamp: Timestamp) {
        append(UInt8(ascii: "\""))
        append(timestamp)
        append(UInt8(ascii: "\""))
    }
}

/// Two characters for 0–99, the tens in the lower byte.
@inline(__always)
private func twoDigits<Number: BinaryInteger>(_ number: Number) -> UInt64 {
    let small = UInt32(truncatingIfNeeded: number)
    return UInt64(0x3030 + small / 10 + (small % 10) << 8)
}

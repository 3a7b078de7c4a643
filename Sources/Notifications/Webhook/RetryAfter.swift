package import Domain
import HTTPCore

/// What a `Retry-After` header asks: whole seconds, or a date as HTTP writes it.
package enum RetryAfter {
    /// How long to wait in milliseconds, 0 for a date that has passed; nil for anything that is
    /// neither form. More than 24 hours is 24 hours.
    package static func milliseconds(_ text: String, now: Timestamp) -> Int64? {
        let parts = text.split { $0 == " " || $0 == "\t" }
        if parts.count == 1, parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // Too many digits for a number are a long time.
            let seconds = Int64(parts[0]) ?? .max
            return min(seconds, RetrySchedule.longest / 1_000) * 1_000
        }
        let present = now.milliseconds / 1_000
        guard let date = HTTPDate.parse(text, now: present) else { return nil }
        return min(max(date * 1_000 - now.milliseconds, 0), RetrySchedule.longest)
    }
}

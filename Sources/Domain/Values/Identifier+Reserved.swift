import Basics

extension Identifier {
    /// Words that end a list of positional arguments on the wire, and path words of the HTTP
    /// routes. An id that looks like one could not be typed, so none is ever made.
    package static let reservedWords: [StaticString] = [
        "AFTER", "AS", "ASK", "AT", "BY", "CAPACITY", "CATEGORY", "CURRENCY", "CURSOR", "DAYS",
        "DELAYED", "DESCRIPTION", "DESIGNATION", "DOCKED", "DRYRUN", "EMAIL", "ETA", "FROM", "ID",
        "ITEM", "KEY", "KIND", "LIMIT", "LOST", "LOW", "MASS", "MAX", "META", "MIN", "MS", "NAME",
        "NONE", "NOTE", "OCCURRED", "OF", "ORBITS", "PASSWORD", "PRICE", "QUOTE", "REASON", "REF",
        "REV", "ROLE", "SEARCH", "SHIP", "STATION", "STATIONS", "STATUS", "SUMMARY", "TO", "TRACE",
        "TTL", "UNIT", "UPDATE", "VOLUME",
    ]

    /// The other sides of movements that are no stations; a station of that name would make history
    /// ambiguous.
    package static let virtualPlaces: [StaticString] = [
        "SUPPLIER", "TRANSIT", "CONSUMED", "LOSS", "ADJUST",
    ]

    /// Whether `word` is an option word, in any case. For the moment an id is made, not for
    /// look-ups.
    ///
    /// - Complexity: one length comparison for each reserved word.
    package static func isReserved(_ word: Span<UInt8>) -> Bool {
        for reserved in reservedWords where FoldedWord.equals(word, reserved) { return true }
        return false
    }

    /// Whether this id is an option word, in any case.
    package var isReserved: Bool { Self.isReserved(bytes) }

    /// Whether this is the exact name of a virtual place.
    package var isVirtualPlace: Bool {
        for place in Self.virtualPlaces where bytes.equals(place) { return true }
        return false
    }
}

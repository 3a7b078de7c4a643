import Basics
import Domain

/// What a repeat of `TRADE CREATE`, `TRADE RESERVE` or `CARGO CREATE` is known by, found without
/// reading the request: words that have become invalid since do not matter to a repeat.
///
///     two stations, item:qty…, then options of two words each, and TRACE
struct RequestClaim {
    /// The value behind `ID`; nil where there is none, or where it is no id.
    private(set) var id: Identifier?
    private(set) var wantsTrace = false

    init(_ words: borrowing ArgumentVector) {
        var position = 4
        while position < words.count, Lookup.hasColon(words[position]) { position += 1 }
        while position < words.count {
            if words[position].equalsFolded("TRACE") {
                wantsTrace = true
                position += 1
                continue
            }
            if position + 1 < words.count, words[position].equalsFolded("ID") {
                id = Identifier(words[position + 1])
            }
            position += 2
        }
    }
}

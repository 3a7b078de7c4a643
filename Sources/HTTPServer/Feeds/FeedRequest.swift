import HTTPCore
import Ledger

/// What a request for events asks for, in its query and fields.
struct FeedRequest: Equatable {
    var types: [String] = []
    var stations: [String] = []
    var anchor = FeedAnchor.now
    /// Records of each kind in the JSON form.
    var limit: Int?

    /// - Parameter lastEventID: what a browser has got; counts more than `cursor`, which is in the
    ///   address from the first time on.
    /// - Throws: `SYNTAX` for a parameter that is unknown or given twice and for a cursor that is
    ///   none, `RANGE` for a limit outside its bounds.
    init(_ query: [(name: String, value: String)], lastEventID: String?) throws(CommandError) {
        var seen: Set<String> = []
        for (name, value) in query {
            let key = name == "station" ? "stations" : name
            if !seen.insert(key).inserted {
                throw CommandError(.syntax, "parameter \(key) is given twice")
            }
            switch key {
            case "types": types = Self.list(value)
            case "stations": stations = Self.list(value)
            case "cursor":
                anchor = FeedAnchor(value)
                if anchor == .unknown {
                    throw CommandError(
                        .syntax, "cursor is now, earliest or a cursor such as 0123456789abcdef:42")
                }
            case "limit":
                guard let number = Int(value), (1...1_000).contains(number) else {
                    throw CommandError(.range, "limit is a number from 1 to 1000")
                }
                limit = number
            default:
                // Not the name: somebody may have put a secret there.
                throw CommandError(
                    .syntax, "a parameter is unknown here; known are types, stations, cursor, limit"
                )
            }
        }
        if let lastEventID, !lastEventID.isEmpty { anchor = FeedAnchor(lastEventID) }
    }

    private static func list(_ value: String) -> [String] {
        value.split(separator: ",").map(String.init)
    }
}

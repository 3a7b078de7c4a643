import Basics
package import Domain

/// Which events a hook of `on` hears: one type, a family (`trade.*`), or all (`*`).
///
/// `*` leaves operational events out, as every feed does; internal ones and those that
/// only administrators see fit no pattern.
package struct EventPattern: Sendable, Equatable {
    package let text: String
    private let types: Set<EventType>

    /// - Throws: `PluginProblem` where no event could ever fit, with the nearest type as a hint.
    package init(_ text: String) throws(PluginProblem) {
        self.text = text
        if text.utf8.isEmpty || text.utf8.count > Glob.maximumPatternBytes {
            throw PluginProblem(message: "an event pattern has 1 to 256 bytes")
        }
        types = Set(EventType.allCases.filter { EventPattern.fits(text, $0) })
        if types.isEmpty {
            let names = EventType.allCases.map { "\($0.name)" }
            let families = Set(
                names.compactMap { $0.split(separator: ".").first.map { "\($0).*" } })
            throw PluginProblem(
                message: "no event is of the type \"\(text)\""
                    + NearestWord.hint(text, in: names + families.sorted()))
        }
    }

    /// Whether an event of the type is handed to the hook. Cost: one look-up.
    package func matches(_ type: EventType) -> Bool { types.contains(type) }

    private static func fits(_ text: String, _ type: EventType) -> Bool {
        if type.isForAdmins || (text == "*" && type.isOperational) { return false }
        let name = "\(type.name)"
        return Glob.matches(name.utf8.span, pattern: text.utf8.span)
    }
}

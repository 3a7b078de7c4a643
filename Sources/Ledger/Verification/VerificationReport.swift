package import Basics
import JSON

/// What a verification found.
///
/// Threading: one thread.
package final class VerificationReport {
    /// What kind of proof failed.
    package enum Kind: String, CaseIterable, Sendable {
        /// A file could not be read, or the database not be opened.
        case database
        case mark, head, history, witness
        /// An event is missing, damaged, or one too many.
        case event
        case chain, transaction, time
        /// An event does not name the event that changed a record before it.
        case previous
        /// A record is missing, one too many, or not as the log left it.
        case record
        case digest, identity, due, posting
        /// A figure of a stock row breaks an invariant.
        case stock
        case conservation
    }

    package struct Problem: Equatable, Sendable {
        package let kind: Kind
        /// What it is about, as events name their subjects: `trade/t-1`, `event/7`.
        package let key: String
        /// The first event that is wrong, where one can be named.
        package let seq: UInt64?
        package let detail: String
    }

    /// How many problems of a kind are listed; all are counted.
    package static let listed = 100

    package private(set) var problems: [Problem] = []
    package private(set) var counts: [Kind: Int] = [:]
    /// The last event, as the head says.
    package internal(set) var seq: UInt64 = 0
    /// The state's digest, as the head says.
    package internal(set) var digest = Digest128()
    package internal(set) var events = 0
    package internal(set) var trades = 0
    package internal(set) var cargo = 0
    package internal(set) var inventory = 0

    package init() {}

    package var isClean: Bool { problems.isEmpty }

    func add(_ kind: Kind, _ key: String, seq: UInt64? = nil, _ detail: String) {
        let count = counts[kind, default: 0] + 1
        counts[kind] = count
        if count <= Self.listed {
            problems.append(Problem(kind: kind, key: key, seq: seq, detail: detail))
        }
    }

    /// One JSON object, in the shape of `AUDIT`, with the number of problems of each kind.
    package func appendJSON(to buffer: inout ByteBuffer) {
        buffer.append("{\"ok\":")
        buffer.appendJSON(bool: isClean)
        buffer.append(",\"seq\":")
        buffer.append(decimal: seq)
        buffer.append(",\"digest\":")
        buffer.appendJSON(string: digest.text)
        buffer.append(",\"checked\":{\"trades\":\(trades),\"cargo\":\(cargo)")
        buffer.append(",\"inventory\":\(inventory),\"events\":\(events)}")
        buffer.append(",\"counts\":{")
        var isFirst = true
        for kind in Kind.allCases {
            guard let count = counts[kind] else { continue }
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            buffer.append("\"\(kind.rawValue)\":\(count)")
        }
        buffer.append("},\"problems\":[")
        for (index, problem) in problems.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            buffer.append("{\"kind\":\"\(problem.kind.rawValue)\",\"key\":")
            buffer.appendJSON(string: problem.key)
            buffer.append(",\"seq\":")
            if let seq = problem.seq {
                buffer.append(decimal: seq)
            } else {
                buffer.appendJSONNull()
            }
            buffer.append(",\"detail\":")
            buffer.appendJSON(string: problem.detail)
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append("]}")
    }
}

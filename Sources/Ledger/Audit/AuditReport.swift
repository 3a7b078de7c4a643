package import Basics
import Domain
import JSON

/// Something that an audit found wrong.
package struct AuditProblem: Equatable, Sendable {
    /// What is wrong: `digest`, `stock`, `reserved`, `incoming`, `conservation`, `record`, `id`,
    /// `event`, `chain`, `transaction`, `posting`, `totals`.
    package let kind: String
    /// The record, such as `stock/luna-1/water`, `trade/t-1`, `event/42`.
    package let key: String
    /// The first event at which it shows; 0 where no event can be named.
    package let seq: UInt64
    /// One sentence.
    package let detail: String

    package init(kind: String, key: String, seq: UInt64, detail: String) {
        self.kind = kind
        self.key = key
        self.seq = seq
        self.detail = detail
    }
}

/// What an audit found: the document that `AUDIT` answers with.
package struct AuditReport: Sendable {
    /// Further problems are counted, not kept.
    package static let shownProblems = 1_000

    /// The last event of the view that was checked.
    package internal(set) var seq: UInt64 = 0
    /// The digest as it was computed from the records.
    package internal(set) var digest = Digest128()
    package internal(set) var trades: UInt64 = 0
    package internal(set) var cargo: UInt64 = 0
    package internal(set) var inventory: UInt64 = 0
    package internal(set) var events: UInt64 = 0
    /// Rows whose stock and incoming goods exceed their capacity: allowed, but worth a look.
    package internal(set) var overCapacity: [String] = []
    package private(set) var problems: [AuditProblem] = []
    package private(set) var problemCount = 0

    package init() {}

    package var isOK: Bool { problemCount == 0 }

    mutating func add(_ problem: AuditProblem) {
        problemCount += 1
        if problems.count < Self.shownProblems { problems.append(problem) }
    }

    /// Appends `{"ok","seq","digest","checked":{…},"over_capacity":[…],"problems":[…]}`.
    package func append(to buffer: inout ByteBuffer) {
        buffer.append("{\"ok\":" as StaticString)
        buffer.appendJSON(bool: isOK)
        buffer.append(",\"seq\":" as StaticString)
        buffer.append(decimal: seq)
        buffer.append(",\"digest\":\"" as StaticString)
        buffer.append(digest.text)
        buffer.append("\",\"checked\":{\"trades\":" as StaticString)
        buffer.append(decimal: trades)
        buffer.append(",\"cargo\":" as StaticString)
        buffer.append(decimal: cargo)
        buffer.append(",\"inventory\":" as StaticString)
        buffer.append(decimal: inventory)
        buffer.append(",\"events\":" as StaticString)
        buffer.append(decimal: events)
        buffer.append("},\"over_capacity\":" as StaticString)
        buffer.appendList(overCapacity) { key, buffer in buffer.appendJSON(string: key) }
        buffer.append(",\"problems\":" as StaticString)
        buffer.appendList(problems) { problem, buffer in
            buffer.append("{\"kind\":" as StaticString)
            buffer.appendJSON(string: problem.kind)
            buffer.append(",\"key\":" as StaticString)
            buffer.appendJSON(string: problem.key)
            buffer.append(",\"seq\":" as StaticString)
            buffer.append(decimal: problem.seq)
            buffer.append(",\"detail\":" as StaticString)
            buffer.appendJSON(string: problem.detail)
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append(UInt8(ascii: "}"))
    }
}

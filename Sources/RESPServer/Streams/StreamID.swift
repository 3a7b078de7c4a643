import Basics
import Domain
import Ledger

/// The id of an event in the stream `events`: its seq and the number of its epoch.
///
/// As text `1042-0`. Order is by seq alone: a seq belongs to one epoch.
struct StreamID: Equatable, Sendable {
    var seq: UInt64
    var epoch: UInt64

    init(seq: UInt64, epoch: UInt64) {
        self.seq = seq
        self.epoch = epoch
    }

    /// Reads `1042-0` or `1042`.
    ///
    /// - Parameter missing: the epoch of an id that names none.
    init?(_ word: Span<UInt8>, missingEpoch missing: UInt64 = 0) {
        var dash = 0
        while dash < word.count && word[dash] != UInt8(ascii: "-") { dash += 1 }
        guard let seq = word.extracting(0..<dash).unsignedNumber else { return nil }
        self.seq = seq
        epoch = missing
        if dash < word.count {
            guard let epoch = word.extracting((dash + 1)..<word.count).unsignedNumber else {
                return nil
            }
            self.epoch = epoch
        }
    }

    var text: String { "\(seq)-\(epoch)" }

    static let malformed = CommandError(
        .err, "Invalid stream ID specified as stream command argument")
}

/// A range of the stream: both bounds inclusive seqs. Empty when `first` is greater than `last`.
struct StreamRange: Equatable, Sendable {
    var first: UInt64
    var last: UInt64

    /// What gives an id its place in the log.
    typealias Place = (StreamID) throws(CommandError) -> UInt64

    /// Reads the bounds of `XRANGE`: `-`, `+`, an id, or `(` and an id.
    ///
    /// - Parameter place: checks the epoch, where that matters.
    static func parse(
        _ first: Span<UInt8>, _ last: Span<UInt8>, place: Place = { $0.seq }
    ) throws(CommandError) -> StreamRange {
        StreamRange(first: try lower(first, place), last: try upper(last, place))
    }

    private static func lower(
        _ word: Span<UInt8>, _ place: Place
    ) throws(CommandError) -> UInt64 {
        if word.equals("-") { return 0 }
        if word.equals("+") { return .max }
        if let exclusive = try exclusiveSeq(word, place) {
            if exclusive == .max {
                throw CommandError(.err, "invalid start ID for the interval")
            }
            return exclusive + 1
        }
        guard let id = StreamID(word) else { throw StreamID.malformed }
        return try place(id)
    }

    private static func upper(
        _ word: Span<UInt8>, _ place: Place
    ) throws(CommandError) -> UInt64 {
        if word.equals("-") { return 0 }
        if word.equals("+") { return .max }
        if let exclusive = try exclusiveSeq(word, place) {
            if exclusive == 0 { throw CommandError(.err, "invalid end ID for the interval") }
            return exclusive - 1
        }
        guard let id = StreamID(word) else { throw StreamID.malformed }
        return try place(id)
    }

    private static func exclusiveSeq(
        _ word: Span<UInt8>, _ place: Place
    ) throws(CommandError) -> UInt64? {
        if word.isEmpty || word[0] != UInt8(ascii: "(") { return nil }
        guard let id = StreamID(word.extracting(1..<word.count)) else {
            throw StreamID.malformed
        }
        return try place(id)
    }
}

/// Decisions of a generator, taken from bytes: the same bytes decide the same way, and where they
/// have run out every decision is the first one, so that everything generated is finite.
struct Choices {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Whether all decisions from here on are the first.
    var hasRunOut: Bool { position >= bytes.count }

    /// A number from 0 to `count` − 1.
    mutating func next(_ count: Int) -> Int {
        if hasRunOut || count < 2 { return 0 }
        var number = Int(bytes[position])
        position += 1
        if count > 256 && !hasRunOut {
            number = number << 8 | Int(bytes[position])
            position += 1
        }
        return number % count
    }

    /// One of a list that is not empty.
    mutating func pick(_ list: [String]) -> String {
        list.isEmpty ? "" : list[next(list.count)]
    }

    /// Yes once in `count` times; no where the bytes have run out.
    mutating func once(in count: Int) -> Bool { next(count) == count - 1 }
}

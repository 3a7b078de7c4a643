/// Collects an HTTP answer as its lines and bytes arrive, within limits.
struct ReplyCollector {
    private(set) var status = 0
    /// The head of the final answer (no 1xx) is there in full.
    private(set) var hasHead = false
    private(set) var headIsTooLong = false
    private(set) var bodyIsCut = false
    private(set) var fields: [WebRequest.Field] = []
    private(set) var body: [UInt8] = []

    private let wanted: Set<String>
    private let headLimit: Int
    private let bodyLimit: Int
    private var headBytes = 0

    init(wanted: [String], limits: TransferLimits) {
        self.wanted = Set(wanted.map { $0.lowercased() })
        headLimit = max(limits.headBytes, 256)
        bodyLimit = max(limits.replyBytes, 0)
    }

    /// Takes one line of a head or trailer, with its line break.
    /// - Returns: false to end the transfer.
    mutating func takeLine(_ bytes: [UInt8]) -> Bool {
        headBytes += bytes.count
        if headBytes > headLimit {
            headIsTooLong = !hasHead
            return false
        }
        if hasHead { return true }
        var line = bytes[...]
        while let last = line.last, last == 0x0a || last == 0x0d { line.removeLast() }
        if line.isEmpty {
            hasHead = status >= 200
        } else if line.starts(with: "HTTP/".utf8) {
            let number = line.drop { $0 != 0x20 }.dropFirst().prefix(3)
            status = Int(String(decoding: number, as: UTF8.self)) ?? 0
            fields = []
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            takeField(String(decoding: line[..<colon], as: UTF8.self), line[(colon + 1)...])
        }
        return true
    }

    /// Takes bytes of the body.
    /// - Returns: false to end the transfer.
    mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Invariant: no more than the buffer holds, and no more than the limit leaves.
        let space = bodyLimit - body.count
        unsafe body.append(contentsOf: bytes.prefix(space))
        if bytes.count > space { bodyIsCut = true }
        return !bodyIsCut
    }

    private mutating func takeField(_ name: String, _ value: ArraySlice<UInt8>) {
        let name = name.lowercased()
        guard wanted.contains(name), !fields.contains(where: { $0.name == name }) else { return }
        let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        var kept = value.drop(while: blank).prefix(1_024)
        while let last = kept.last, blank(last) { kept.removeLast() }
        fields.append(.init(name, String(decoding: kept, as: UTF8.self)))
    }
}

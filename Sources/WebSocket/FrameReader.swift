internal import CWslay

/// Part of one frame's payload, unmasked.
@safe struct FrameChunk: ~Copyable {
    // Invariant: the bytes lie in the reader's context and are good until its next call, which the
    // only caller makes after it has copied them.
    private let data: UnsafePointer<UInt8>?
    private let count: Int
    let isFinal: Bool
    let opcode: UInt8
    let reservedBits: UInt8
    let isMasked: Bool
    /// Of the whole frame: less than 2⁶³.
    let payloadBytes: UInt64
    /// Whether the frame begins here, and whether it ends here.
    let isFirst: Bool
    let isLast: Bool

    init(_ frame: wslay_frame_iocb, isFirst: Bool, isLast: Bool) {
        unsafe data = frame.data
        count = unsafe frame.data_length
        isFinal = unsafe frame.fin == 1
        opcode = unsafe frame.opcode
        reservedBits = unsafe frame.rsv
        isMasked = unsafe frame.mask == 1
        payloadBytes = unsafe frame.payload_length
        self.isFirst = isFirst
        self.isLast = isLast
    }

    /// Appends the bytes.
    func append(to bytes: inout [UInt8]) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: count))
    }
}

/// wslay's frame parser, fed with what has arrived.
///
/// Its context takes 4.3 kB: it exists only while a frame is incomplete, so an idle connection
/// keeps none of it. Ownership: noncopyable. Threading: none of its own.
@safe struct FrameReader: ~Copyable {
    /// What the parser has yet to fetch.
    @safe private struct Input {
        var next: UnsafePointer<UInt8>?
        var count = 0
    }

    // Invariant: both are owned here alone and exist together; `input` points into the caller's
    // bytes during `withInput` only, and the parser calls back during `next` only, which is
    // inside `withInput`.
    private var context: wslay_frame_context_ptr?
    private var input: UnsafeMutablePointer<Input>?
    /// Bytes of the frame that was begun, its head among them, and of what lies behind it.
    private var unfinished: UInt64 = 0
    /// Payload bytes seen of the frame that was begun.
    private var payloadSeen: UInt64 = 0
    private var isInsidePayload = false

    init() {}

    deinit {
        if let context = unsafe context { unsafe wslay_frame_context_free(context) }
        unsafe input?.deallocate()
    }

    /// Whether everything that has arrived were whole frames.
    var isBetweenFrames: Bool { unfinished == 0 }

    /// Has `body` call ``next()`` until it gives nil; then the bytes are used up.
    mutating func withInput(
        _ bytes: Span<UInt8>,
        _ body: (inout FrameReader) throws(WebSocketViolation) -> Void
    ) throws(WebSocketViolation) {
        if bytes.isEmpty { return }
        try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(WebSocketViolation) in
            try prepare()
            unsafe input?.pointee = Input(next: buffer.baseAddress, count: buffer.count)
            unfinished &+= UInt64(buffer.count)
            defer { unsafe input?.pointee = Input() }
            try body(&self)
        }
        if unfinished == 0 { release() }
    }

    /// The next part of a payload; nil: more bytes are needed.
    ///
    /// - Throws: for a control frame that is too long or in parts, and for a length that is not
    ///   written in the fewest bytes. The reader is then useless.
    mutating func next() throws(WebSocketViolation) -> FrameChunk? {
        guard let context = unsafe context, let input = unsafe input else { return nil }
        var frame = unsafe wslay_frame_iocb()
        let count = unsafe wslay_frame_recv(context, &frame)
        if count < 0 {
            if count == Int(WSLAY_ERR_WANT_READ.rawValue), unsafe input.pointee.count == 0 {
                return nil
            }
            throw WebSocketViolation(.protocolError, "a frame that is not allowed")
        }
        let isFirst = !isInsidePayload
        payloadSeen = (isFirst ? 0 : payloadSeen) &+ UInt64(count)
        let whole = unsafe frame.payload_length
        isInsidePayload = payloadSeen < whole
        if !isInsidePayload {
            let lengthBytes: UInt64 = whole < 126 ? 0 : (whole < 65_536 ? 2 : 8)
            let head = 2 + lengthBytes + (unsafe frame.mask == 1 ? 4 : 0)
            unfinished &-= head &+ whole
        }
        return unsafe FrameChunk(frame, isFirst: isFirst, isLast: !isInsidePayload)
    }

    private mutating func prepare() throws(WebSocketViolation) {
        if unsafe context != nil { return }
        let input = UnsafeMutablePointer<Input>.allocate(capacity: 1)
        unsafe input.initialize(to: Input())
        var callbacks = wslay_frame_callbacks()
        unsafe callbacks.recv_callback = { space, count, _, user in
            unsafe FrameReader.fetch(space, count, user)
        }
        var made: wslay_frame_context_ptr?
        if unsafe wslay_frame_context_init(&made, &callbacks, input) != 0 {
            unsafe input.deallocate()
            throw WebSocketViolation(.tryAgainLater, "no memory")
        }
        unsafe context = made
        unsafe self.input = input
    }

    private mutating func release() {
        if let context = unsafe context { unsafe wslay_frame_context_free(context) }
        unsafe input?.deallocate()
        unsafe context = nil
        unsafe input = nil
    }

    /// The parser's call for more: copies what there is room for; -1: there is nothing.
    private static func fetch(
        _ space: UnsafeMutablePointer<UInt8>?, _ room: Int, _ user: UnsafeMutableRawPointer?
    ) -> Int {
        guard let space = unsafe space,
            let input = unsafe user?.assumingMemoryBound(to: Input.self),
            let next = unsafe input.pointee.next
        else { return -1 }
        let count = unsafe min(room, input.pointee.count)
        if count <= 0 { return -1 }
        unsafe space.update(from: next, count: count)
        unsafe input.pointee.next = next + count
        unsafe input.pointee.count -= count
        return count
    }
}

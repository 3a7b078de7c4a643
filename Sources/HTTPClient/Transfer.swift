internal import CCurl
internal import Glibc

/// What curl's callbacks see of one client: the fence around its sockets, and the transfer that
/// runs now.
///
/// Threading: used by one thread at a time, the one that is inside curl. The C functions at the
/// end recover it from the pointer that curl keeps.
// Invariant: `CurlHandle` owns this object and ends curl before letting it go, so the pointer that
// curl keeps is valid in every callback; buffers are valid for the callback and come with counts.
@safe final class Transfer {
    /// The conversation that the head lines belong to.
    enum Conversation {
        case none
        case web(ReplyCollector)
        case mail(MailDialogue)
    }

    let policy: AddressPolicy
    var conversation = Conversation.none
    /// The last address that the policy refused in this transfer.
    private(set) var refused: AddressPolicy.Refusal?
    /// Addresses that the policy let pass in this transfer.
    private(set) var attempts = 0
    private var upload: [UInt8] = []
    private var uploaded = 0
    /// Every socket that curl holds.
    private var sockets: [Int32] = []

    init(policy: AddressPolicy) { self.policy = policy }

    /// Forgets the last transfer.
    func begin(_ conversation: Conversation, upload: [UInt8] = []) {
        self.conversation = conversation
        self.upload = upload
        uploaded = 0
        refused = nil
        attempts = 0
    }

    /// Ends every connection at once, so that curl finds nobody to say goodbye to: it would wait
    /// for the answer.
    func abandonSockets() { shutSockets(Int32(SHUT_RDWR)) }

    private func shutSockets(_ direction: Int32) {
        for socket in sockets { _ = shutdown(socket, direction) }
    }

    /// - Returns: false to end the transfer.
    fileprivate func takeHead(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch conversation {
        case .none: return true
        case .web(var reply):
            // Put aside, or the collector would be copied with its body.
            conversation = .none
            let goesOn = unsafe reply.takeLine(Array(bytes))
            conversation = .web(reply)
            return goesOn
        case .mail(var dialogue):
            // All that is left is QUIT, and curl would wait for its answer.
            if unsafe dialogue.takeLine(Array(bytes)) { shutSockets(Int32(SHUT_RD)) }
            conversation = .mail(dialogue)
            return true
        }
    }

    /// - Returns: false to end the transfer.
    fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard case .web(var reply) = conversation else { return true }
        conversation = .none
        let goesOn = unsafe reply.takeBody(bytes)
        conversation = .web(reply)
        return goesOn
    }

    fileprivate func give(_ space: UnsafeMutableRawBufferPointer) -> Int {
        let part = upload[uploaded...].prefix(space.count)
        unsafe space.copyBytes(from: part)
        uploaded += part.count
        return part.count
    }

    /// A socket for an address that the policy permits; nil otherwise.
    fileprivate func open(_ wanted: UnsafeMutablePointer<curl_sockaddr>) -> Int32? {
        let bytes = unsafe UnsafeRawBufferPointer(
            start: ccurl_address(wanted), count: Int(wanted.pointee.addrlen))
        let address = IPAddress(socketAddress: bytes)
        guard let address else {
            refused = .reserved
            return nil
        }
        if let reason = policy.refusal(of: address) {
            refused = reason
            return nil
        }
        attempts += 1
        let made = unsafe socket(
            wanted.pointee.family, wanted.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
            wanted.pointee.protocol)
        guard made >= 0 else { return nil }
        sockets.append(made)
        return made
    }

    fileprivate func close(_ socket: Int32) -> Int32 {
        sockets.removeAll { $0 == socket }
        return Glibc.close(socket)
    }
}

extension Transfer {
    /// The C functions that recover a transfer from curl's pointer and call one method of it.
    static var callbacks: ccurl_callbacks {
        unsafe ccurl_callbacks(
            head: { bytes, size, count, context in
                let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
                return unsafe transfer(context).takeHead(buffer) ? buffer.count : 0
            },
            body: { bytes, size, count, context in
                let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
                return unsafe transfer(context).takeBody(buffer) ? buffer.count : 0
            },
            source: { bytes, size, count, context in
                unsafe transfer(context).give(.init(start: bytes, count: size * count))
            },
            open_socket: { context, _, wanted in
                guard let wanted = unsafe wanted else { return CURL_SOCKET_BAD }
                return unsafe transfer(context).open(wanted) ?? CURL_SOCKET_BAD
            },
            close_socket: { context, socket in unsafe transfer(context).close(socket) })
    }
}

/// The transfer behind the pointer that `CurlHandle` gave to curl.
private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer {
    // curl passes the context of `ccurl_set_callbacks` only, which is never nil.
    guard let context = unsafe context else { preconditionFailure("curl lost its context") }
    return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

internal import CCurl

/// Sends HTTP/1.1 requests to receivers that strangers may have chosen.
///
/// Redirects are never followed (a 3xx is a status like others), proxies of the environment are
/// ignored, certificates are always verified, cookies do not exist, and the `AddressPolicy` judges
/// each address right before it is connected. Connections are kept for the next request; if a kept
/// one turns out dead before any answer, the request is sent once more on a new one.
///
/// Ownership: noncopyable. Threading: one thread at a time, any thread; `send` blocks it. Cost: one
/// thread more for a moment while a name is looked up.
package struct HTTPClient: ~Copyable, Sendable {
    private let handle: CurlHandle
    private let userAgent: String
    private let certificates: String?

    /// - Parameters:
    ///   - policy: which addresses may be connected.
    ///   - userAgent: such as `entrepot/1.0`.
    ///   - certificates: a PEM file of authorities that are trusted instead of the system's.
    /// - Throws: `request` for a bad user agent, `other` where libcurl cannot start.
    package init(
        policy: AddressPolicy, userAgent: String, certificates: String? = nil
    ) throws(TransferError) {
        guard SafeText.isHeaderValue(userAgent) else {
            throw TransferError(.request, "the user agent holds a line break")
        }
        handle = try CurlHandle(policy: policy)
        self.userAgent = userAgent
        self.certificates = certificates
    }

    /// Sends one request and waits for the answer.
    ///
    /// Once the head of the final answer is there, this returns: `WebReply.end` tells whether the
    /// body is whole.
    ///
    /// - Throws: each kind of `TransferError` but `rejected` and `login`. After `url`, `request`,
    ///   `resolve`, `addressRefused` and `connect` nothing was sent; otherwise the receiver may
    ///   have acted.
    package mutating func send(
        _ request: WebRequest, limits: TransferLimits = TransferLimits(),
        cancellation: Cancellation? = nil
    ) throws(TransferError) -> WebReply {
        try request.check()
        let list = try headers(request)
        try handle.begin(
            url: request.url, protocols: "http,https", limits: limits, certificates: certificates)
        defer { handle.end() }
        try prepare(request)
        try handle.set(CURLOPT_HTTPHEADER, list)
        let transfer = handle.transfer
        transfer.begin(.web(ReplyCollector(wanted: request.wanted, limits: limits)))
        let outcome = try handle.perform(cancellation)
        guard case .web(let reply) = transfer.conversation, case .finished(let code) = outcome
        else { throw TransferError(.cancelled, "the request was cancelled") }
        if reply.headIsTooLong {
            throw TransferError(.tooLarge, "the head of the answer is too long")
        }
        guard reply.hasHead, let end = end(code, reply) else {
            throw failure(code)
        }
        return WebReply(
            status: reply.status, fields: reply.fields, body: reply.body, end: end,
            remoteAddress: handle.remoteAddress, milliseconds: handle.elapsedMilliseconds)
    }

    /// What else is to be sent besides the list of headers.
    private func prepare(_ request: WebRequest) throws(TransferError) {
        try handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try handle.set(CURLOPT_USERAGENT, userAgent)
        if request.method == "HEAD" {
            try handle.set(CURLOPT_NOBODY, 1)
            return
        }
        let hasBody = !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method)
        if hasBody { try handle.setBody(request.body) }
        try handle.set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func headers(_ request: WebRequest) throws(TransferError) -> CurlList {
        var list = CurlList()
        for field in request.fields {
            let isBlank = field.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            // curl's way to write an empty value; a bare colon would take the header out.
            try list.append(isBlank ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        // Neither a pause before the body nor a type that nobody gave.
        try list.append("Expect:")
        if !request.fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            try list.append("Content-Type:")
        }
        return list
    }

    /// How the body ended, given that the head is whole; nil where that does not excuse it.
    private func end(_ code: CURLcode, _ reply: ReplyCollector) -> WebReply.End? {
        switch code {
        case CURLE_OK: .complete
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_WRITE_ERROR: .cut
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING:
            .closedEarly
        default: nil
        }
    }

    private func failure(_ code: CURLcode) -> TransferError {
        // curl takes a head without its end for the whole answer.
        let code = code == CURLE_OK ? CURLE_GOT_NOTHING : code
        // The policy alone refuses names in URLs that curl could log in with.
        if code == CURLE_LOGIN_DENIED {
            return TransferError(.url, "the URL holds a user or password")
        }
        return TransferError(code, detail: handle.failureText, transfer: handle.transfer)
    }
}

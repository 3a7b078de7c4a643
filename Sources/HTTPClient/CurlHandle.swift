internal import CCurl

/// One transfer at a time through curl, with the connections that are kept for the next.
///
/// Ownership: noncopyable; curl's handles end with the value. Threading: one thread at a time, any
/// thread. Every call blocks.
@safe struct CurlHandle: ~Copyable, @unchecked Sendable {
    /// How a transfer ended.
    enum Outcome {
        case finished(CURLcode)
        case cancelled
    }

    // Invariant: both handles and the buffer are owned here alone, `transfer` lives longer than
    // both handles, and the buffer longer than `easy`. Nothing is tied to a thread, so the value
    // may move between threads.
    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private let detail: UnsafeMutablePointer<CChar>
    let transfer: Transfer

    /// How long a cancelled transfer may go on, at most.
    private static let pollMilliseconds: Int32 = 100
    private static let detailBytes = Int(CURL_ERROR_SIZE)
    /// A receiver or two, each with an old connection beside the new one.
    private static let keptConnections = 4

    /// Once per process, by the first handle; Swift makes the others wait.
    private static let isReady = ccurl_global_init() == CURLE_OK

    init(policy: AddressPolicy) throws(TransferError) {
        guard Self.isReady, let easy = unsafe curl_easy_init() else {
            throw TransferError(.other, "libcurl cannot start")
        }
        guard let multi = unsafe curl_multi_init() else {
            unsafe curl_easy_cleanup(easy)
            throw TransferError(.other, "libcurl cannot start")
        }
        unsafe self.easy = unsafe easy
        unsafe self.multi = unsafe multi
        unsafe detail = .allocate(capacity: Self.detailBytes)
        unsafe detail.initialize(repeating: 0, count: Self.detailBytes)
        transfer = Transfer(policy: policy)
        _ = unsafe ccurl_set_connections(multi, Self.keptConnections)
    }

    deinit {
        transfer.abandonSockets()
        unsafe curl_easy_cleanup(easy)
        unsafe curl_multi_cleanup(multi)
        unsafe detail.deallocate()
    }

    /// Prepares the next transfer: nothing of the last one stays but its connection.
    ///
    /// - Parameters:
    ///   - protocols: curl's names of those that the URL may use.
    ///   - certificates: a file of certificates that are trusted instead of the system's.
    func begin(
        url: String, protocols: String, limits: TransferLimits, certificates: String?
    ) throws(TransferError) {
        unsafe curl_easy_reset(easy)
        unsafe detail.pointee = 0
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        var callbacks = Transfer.callbacks
        try check(unsafe ccurl_set_callbacks(easy, &callbacks, context))
        try check(unsafe ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, detail))
        try set(CURLOPT_PROTOCOLS_STR, protocols)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_URL, url)
        // No proxy, neither given nor from the environment.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOPROXY, "*")
        try set(CURLOPT_NOSIGNAL, 1)
        // A slow name server holds up nobody once the time is over: its thread is left alone.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(limits.connectMilliseconds))
        try set(CURLOPT_TIMEOUT_MS, milliseconds(limits.totalMilliseconds))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let certificates {
            try set(CURLOPT_CAINFO, certificates)
            try check(unsafe ccurl_set_text(easy, CURLOPT_CAPATH, nil))
        }
    }

    /// curl takes milliseconds as a C `long` and 0 as its own default.
    private func milliseconds(_ wanted: Int) -> Int { min(max(wanted, 1), 86_400_000) }

    func set(_ option: CURLoption, _ value: Int) throws(TransferError) {
        try check(unsafe ccurl_set_long(easy, option, value))
    }

    /// Texts with a NUL would be cut by C: callers check them before.
    func set(_ option: CURLoption, _ value: String) throws(TransferError) {
        try check(unsafe ccurl_set_text(easy, option, value))
    }

    /// `list` must live until the transfer is over.
    func set(_ option: CURLoption, _ list: borrowing CurlList) throws(TransferError) {
        try check(unsafe ccurl_set_list(easy, option, list.first))
    }

    /// The length of what `Transfer` gives.
    func setUpload(bytes: Int) throws(TransferError) {
        try set(CURLOPT_UPLOAD, 1)
        try check(unsafe ccurl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes)))
    }

    /// The body of a request, copied.
    func setBody(_ body: [UInt8]) throws(TransferError) {
        try check(
            unsafe ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        if body.isEmpty {
            try set(CURLOPT_COPYPOSTFIELDS, "")
            return
        }
        let status = unsafe body.withUnsafeBytes { bytes in
            unsafe ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
        }
        try check(status)
    }

    /// Runs the prepared transfer.
    func perform(_ cancellation: Cancellation?) throws(TransferError) -> Outcome {
        guard unsafe curl_multi_add_handle(multi, easy) == CURLM_OK else {
            throw TransferError(.other, "libcurl is out of memory")
        }
        defer { _ = unsafe curl_multi_remove_handle(multi, easy) }
        var running: Int32 = 0
        repeat {
            if cancellation?.isCancelled == true { return .cancelled }
            var status = unsafe curl_multi_perform(multi, &running)
            if status == CURLM_OK, running > 0 {
                status = unsafe curl_multi_poll(multi, nil, 0, Self.pollMilliseconds, nil)
            }
            guard status == CURLM_OK else {
                throw TransferError(.other, "libcurl cannot wait for the network")
            }
        } while running > 0
        return .finished(unsafe ccurl_take_result(multi))
    }

    /// Forgets texts of the transfer, passwords among them, and pointers into lists.
    func end() { unsafe curl_easy_reset(easy) }

    /// curl's own words on the last failure, empty if it has none.
    var failureText: String { unsafe String(cString: detail) }

    /// The numeric address of the other side, empty before there was one.
    var remoteAddress: String {
        unsafe ccurl_get_text(easy, CURLINFO_PRIMARY_IP).map { unsafe String(cString: $0) } ?? ""
    }

    var elapsedMilliseconds: Int {
        Int(unsafe ccurl_get_offset(easy, CURLINFO_TOTAL_TIME_T) / 1_000)
    }

    private func check(_ status: CURLcode) throws(TransferError) {
        if status == CURLE_OK { return }
        let reason = unsafe String(cString: curl_easy_strerror(status))
        throw TransferError(.other, "libcurl refuses an option: \(reason)")
    }
}

internal import CCurl

/// A list of texts in curl's form, freed with the value.
@safe struct CurlList: ~Copyable {
    // Invariant: `first` is nil or the head of a list that is owned here alone.
    private(set) var first: UnsafeMutablePointer<curl_slist>?

    init() { unsafe first = nil }

    deinit { unsafe curl_slist_free_all(first) }

    /// - Parameter text: without NUL, which would cut it.
    mutating func append(_ text: String) throws(TransferError) {
        guard let longer = unsafe curl_slist_append(first, text) else {
            throw TransferError(.other, "libcurl is out of memory")
        }
        unsafe first = unsafe longer
    }
}

internal import CRocksDB
internal import Glibc

/// The one place where the C interface's error strings become errors.
///
/// Every C function that can fail takes a `char **` which it sets to a string that the caller must
/// free; the string is the text of a `rocksdb::Status`, whose prefix says what kind it is.
///
/// Invariant of all calls here: a slot or a list lives for the one call that it is made for, and
/// text that C hands over is freed once, at the place that turns it into a `String`.
package enum CCall {
    package typealias ErrorSlot = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// Runs one C call and throws what it left in the slot. Cost: one comparison where all is well.
    @inlinable @inline(__always)
    package static func run<Result>(_ body: (ErrorSlot) -> Result) throws(RocksDBError) -> Result {
        var text: UnsafeMutablePointer<CChar>? = nil
        let result = unsafe body(&text)
        if let text = unsafe text { throw unsafe taking(text) }
        return result
    }

    /// The error that `text` describes; frees `text`.
    package static func taking(_ text: UnsafeMutablePointer<CChar>) -> RocksDBError {
        let message = unsafe String(cString: text)
        unsafe free(text)
        return RocksDBError(classify(message), message)
    }

    /// The kind behind the text of a status.
    package static func classify(_ message: String) -> RocksDBError.Kind {
        if message.hasPrefix("IO error: No space") { return .noSpace }
        if message.hasPrefix("IO error: While lock file") { return .locked }
        if message.hasPrefix("IO error: lock hold by current process") { return .locked }
        if message.hasPrefix("IO error") {
            // The subcode is lost on some paths; the words of the operating system are not.
            let full = ["No space left on device", "Disk quota exceeded"]
            return full.contains { message.contains($0) } ? .noSpace : .io
        }
        for (prefix, kind) in prefixes where message.hasPrefix(prefix) { return kind }
        return .other
    }

    private static let prefixes: [(String, RocksDBError.Kind)] = [
        ("Corruption", .corruption), ("Invalid argument", .invalidArgument),
        ("Not implemented", .invalidArgument), ("NotFound", .invalidArgument),
        ("Resource busy", .busy), ("Operation failed. Try again", .busy),
        ("Result incomplete", .incomplete), ("Shutdown in progress", .incomplete),
        ("Operation aborted", .incomplete), ("Operation timed out", .incomplete),
        ("Space limit reached", .noSpace),
    ]

    /// Text that C hands over, which is freed here; nil for a null pointer.
    static func text(taking text: UnsafeMutablePointer<CChar>?) -> String? {
        guard let text = unsafe text else { return nil }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    /// Refuses a path that C would read only in part.
    static func checkPath(_ path: String) throws(RocksDBError) {
        if path.isEmpty || path.utf8.contains(0) {
            throw RocksDBError(.invalidArgument, "a path must be neither empty nor contain NUL")
        }
    }

    /// C copies of `strings`, for the time of `body`.
    static func withStrings<Result>(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>) throws(RocksDBError) -> Result
    ) throws(RocksDBError) -> Result {
        let list = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: strings.count)
        for (index, string) in strings.enumerated() {
            unsafe (list + index).initialize(to: UnsafePointer(strdup(string)))
        }
        defer {
            for index in strings.indices {
                unsafe free(UnsafeMutablePointer(mutating: list[index]))
            }
            unsafe list.deallocate()
        }
        return try unsafe body(list)
    }
}

extension Span where Element == UInt8 {
    /// The bytes as C wants them.
    @inlinable @inline(__always)
    package func withCBytes<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>?, Int) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe withUnsafeBytes { (buffer) throws(Failure) in
            try unsafe body(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
    }
}

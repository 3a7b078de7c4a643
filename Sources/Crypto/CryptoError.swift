internal import COpenSSL

/// What OpenSSL could not do: always a matter of memory, configuration or the kernel, never of
/// input.
package struct CryptoError: Error, Equatable, CustomStringConvertible {
    /// For logs.
    package let message: String

    init(_ doing: StaticString) {
        var text = [CChar](repeating: 0, count: 256)
        unsafe ERR_error_string_n(ERR_get_error(), &text, text.count)
        ERR_clear_error()
        let reason = String(
            decoding: text.lazy.map(UInt8.init(bitPattern:)).prefix { $0 != 0 }, as: UTF8.self)
        message = "\(doing): \(reason)"
    }

    init(errno: CInt) { message = "no random bytes from the kernel: error \(errno)" }

    package var description: String { message }
}

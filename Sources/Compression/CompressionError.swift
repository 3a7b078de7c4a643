/// Why a text could not be compressed or read back.
package enum CompressionError: Error, Sendable, Equatable {
    /// zlib's own number: no memory, or bytes that are not gzip.
    case failed(Int32)
    /// More than 1 GiB to compress, or more than the maximum when read back.
    case tooLarge
}

/// Why a text could not be compressed.
package struct CompressionError: Error, Sendable, Equatable {
    /// zlib's own number.
    package let number: Int32

    package init(number: Int32) { self.number = number }
}

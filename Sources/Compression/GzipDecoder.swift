package import Basics
internal import CZlib

/// Reads gzip (RFC 1952) back, never more than the caller allows.
package enum GzipDecoder {
    /// Appends what the one member `bytes` stands for to `buffer`.
    ///
    /// - Parameter maximumBytes: of what is appended.
    /// - Throws: `tooLarge` for more than that; `failed` for what is not exactly one whole member.
    ///   What was read until then is in `buffer`.
    package static func append(
        _ bytes: Span<UInt8>, maximumBytes: Int, to buffer: inout ByteBuffer
    ) throws(CompressionError) {
        if bytes.count > 1 << 30 { throw .tooLarge }
        // Invariant: the stream stays at its address until inflateEnd, and its pointers into
        // `bytes` and `buffer` are used only inside the closures that lend them.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        defer { unsafe stream.deallocate() }
        var status = unsafe inflateInit2_(
            stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        if status != Z_OK { throw .failed(status) }
        defer { unsafe inflateEnd(stream) }
        let limit = buffer.count + maximumBytes
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            unsafe stream.pointee.avail_in = UInt32(source.count)
            while status == Z_OK && buffer.count <= limit {
                let room = min(64 << 10, limit - buffer.count + 1)
                let written = unsafe buffer.appendFrom(maximum: room) { free in
                    unsafe stream.pointee.next_out = free.baseAddress?.assumingMemoryBound(
                        to: UInt8.self)
                    unsafe stream.pointee.avail_out = UInt32(free.count)
                    status = unsafe inflate(stream, Z_NO_FLUSH)
                    return unsafe free.count - Int(stream.pointee.avail_out)
                }
                // Z_OK without a byte written: the input has ended too early.
                if status == Z_OK && written <= 0 { status = Z_BUF_ERROR }
            }
        }
        if buffer.count > limit { throw .tooLarge }
        let isWhole = unsafe stream.pointee.avail_in == 0
        if status != Z_STREAM_END || !isWhole { throw .failed(status) }
    }

    /// What the one member `bytes` stands for.
    ///
    /// - Throws: see `append`.
    package static func decompress(
        _ bytes: [UInt8], maximumBytes: Int
    ) throws(CompressionError) -> [UInt8] {
        var buffer = ByteBuffer(capacity: min(bytes.count * 4, maximumBytes) + 64)
        try append(bytes.span, maximumBytes: maximumBytes, to: &buffer)
        return buffer.array
    }
}

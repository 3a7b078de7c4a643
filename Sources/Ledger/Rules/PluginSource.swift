package import Basics
import Crypto
package import Domain

/// A plugin's source, known by its digest.
package struct PluginSource: Sendable {
    package let name: Identifier
    package let text: String
    /// The first 16 bytes of SHA-256 over the name, a zero byte and the text.
    package let digest: Digest128

    /// - Throws: `LIMIT` for a source that is too long, `ERR` where the hash cannot be computed.
    ///   Cost: about 1 µs for each 2 KiB.
    package init(name: Identifier, text: String) throws(CommandError) {
        if text.utf8.count > PluginVersion.maximumSourceBytes {
            throw CommandError(
                .limit,
                "the source of \(name) has \(text.utf8.count) bytes, the limit is "
                    + "\(PluginVersion.maximumSourceBytes)")
        }
        self.name = name
        self.text = text
        var buffer = ByteBuffer(capacity: text.utf8.count + 65)
        buffer.append(name)
        buffer.append(0 as UInt8)
        buffer.append(text)
        do throws(CryptoError) {
            var hasher = try SHA256()
            hasher.update(buffer.bytes)
            digest = try hasher.finish128()
        } catch { throw CommandError(.err, error.message) }
    }
}

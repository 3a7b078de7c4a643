import Basics
import System

/// What names the content of a file, so that a second import of it repeats nothing.
package struct FileFingerprint: Equatable, Sendable {
    /// The first 12 hexadecimal digits of the content's hash.
    package let text: String
    /// The line ends in the file.
    package let lines: Int

    private static let pieceBytes = 1 << 20

    /// Reads the whole file once.
    ///
    /// The hash is FastHash over pieces of 1 MiB, each seeded with the hash of the one before. It
    /// is part of the ids that an import makes and must not change.
    package init(path: String) throws(ClientError) {
        var hash = Digest128()
        var lines = 0
        var bytes = ByteBuffer(capacity: Self.pieceBytes)
        do throws(SystemError) {
            let file = try FileHandle(path: path, mode: .read)
            var offset = 0
            while true {
                bytes.removeAll()
                let got = try file.read(into: &bytes, at: offset, count: Self.pieceBytes)
                if got == 0 { break }
                offset += got
                hash = FastHash.hash128(bytes.bytes, seed: hash.low)
                for index in 0..<got where bytes[index] == 10 { lines += 1 }
            }
        } catch { throw ClientError(error) }
        text = String(hash.text.prefix(12))
        self.lines = lines
    }
}

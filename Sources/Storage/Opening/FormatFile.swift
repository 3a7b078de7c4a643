import Basics
import System

/// The file that says which format the data has, read before anything else is touched.
///
///     FORMAT = "entrepot <number>\n"
package struct FormatFile {
    let directory: String

    package init(directory: String) { self.directory = directory }

    private var path: String { directory + "/FORMAT" }

    /// Makes a new directory with this program's format, or checks the format of an old one.
    ///
    /// - Throws: `newerFormat`, `damaged`, `database` for what the file system refuses.
    package func check(mayCreate: Bool) throws(StorageError) {
        if try !exists() {
            if !mayCreate {
                throw .incomplete("\(directory) holds no entrepot data")
            }
            try create()
        }
        let number = try read()
        if number > Store.format { throw .newerFormat(found: number, known: Store.format) }
    }

    private func exists() throws(StorageError) -> Bool {
        do throws(SystemError) { return try FileSystem.kind(of: path) != nil } catch {
            throw StorageError(error)
        }
    }

    private func create() throws(StorageError) {
        var text = ByteBuffer(capacity: 32)
        text.append("entrepot \(Store.format)\n")
        do throws(SystemError) {
            try FileSystem.makeFolder(directory)
            try FileSystem.writeAtomically(text.bytes, to: path)
        } catch { throw StorageError(error) }
    }

    /// The format that the file names.
    package func read() throws(StorageError) -> Int {
        let words = try content().split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard words.count == 2, words[0] == "entrepot", let number = Int(words[1]) else {
            throw .damaged(where: path, detail: "it does not say 'entrepot <number>'")
        }
        return number
    }

    private func content() throws(StorageError) -> String {
        do throws(SystemError) {
            let bytes = try FileSystem.read(path, limit: 256)
            return bytes.bytes.validatedText ?? ""
        } catch { throw StorageError(error) }
    }
}

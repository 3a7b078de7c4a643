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
            // The file is the first thing in a new directory: data without it has lost it.
            for name in ["db", "mark"] where try exists(name) {
                throw .damaged(
                    where: path, detail: "it is missing, and \(directory)/\(name) is there")
            }
            try create()
        }
        let number = try read()
        if number > Store.format { throw .newerFormat(found: number, known: Store.format) }
    }

    private func exists(_ name: String = "FORMAT") throws(StorageError) -> Bool {
        do throws(SystemError) {
            return try FileSystem.kind(of: directory + "/" + name) != nil
        } catch { throw StorageError(error) }
    }

    private func create() throws(StorageError) {
        var text = ByteBuffer(capacity: 32)
        text.append("entrepot \(Store.format)\n")
        do throws(SystemError) {
            // Hashes of passwords are in there.
            try FileSystem.makeFolder(directory, permissions: 0o700)
            try FileSystem.writeAtomically(text.bytes, to: path)
        } catch { throw StorageError(error) }
    }

    /// The format that the file names.
    package func read() throws(StorageError) -> Int {
        let words = try content().split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard words.count == 2, words[0] == "entrepot", let number = Int(words[1]),
            number > 0
        else {
            throw .damaged(where: path, detail: "it does not say 'entrepot <number>'")
        }
        return number
    }

    private func content() throws(StorageError) -> String {
        do throws(SystemError) {
            let file = try FileHandle(path: path, mode: .read)
            var bytes = ByteBuffer(capacity: 64)
            // A longer file is not one of ours; what is cut off here does not matter.
            try file.read(into: &bytes, at: 0, count: 64)
            return bytes.bytes.validatedText ?? ""
        } catch { throw StorageError(error) }
    }
}

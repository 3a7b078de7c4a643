import Basics
import System

/// The file beside an imported one that holds the rows which were refused, each with its line and
/// the reason. Corrected, it can be imported itself.
package final class RejectedRows {
    package let path: String
    private let kind: DataKind
    private var file: FileHandle?
    /// The rows in it.
    package private(set) var count = 0

    /// Removes what an earlier run has left; makes no file before there is a row for it.
    package init(besides source: String, kind: DataKind) throws(ClientError) {
        path = source + ".rejected.csv"
        self.kind = kind
        do throws(SystemError) { try FileSystem.remove(path) } catch { throw ClientError(error) }
    }

    /// Adds a row.
    package func add(_ row: DataRow, reason: String) throws(ClientError) {
        try write([String(row.line), reason] + kind.columns.map { row[$0] ?? "" })
    }

    /// Adds a record that could not be read: its text stands in the first column.
    package func add(line: Int, reason: String, raw: String) throws(ClientError) {
        let rest = Array(repeating: "", count: kind.columns.count - 1)
        try write([String(line), reason, raw] + rest)
    }

    private func write(_ fields: [String]) throws(ClientError) {
        var bytes = ByteBuffer()
        do throws(SystemError) {
            if file == nil {
                file = try FileHandle(path: path, mode: .replace)
                let columns = [DataColumn.rejectedLine, .rejectedReason] + kind.columns
                bytes.appendCSV(columns.map(\.rawValue))
            }
            bytes.appendCSV(fields)
            try file?.write(bytes.bytes)
        } catch { throw ClientError(error) }
        count += 1
    }
}

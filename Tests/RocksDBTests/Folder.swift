import Glibc
import RocksDB
import Testing

/// A temporary folder that goes with its last reference.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/entrepot-rocksdb-XXXXXX\0".utf8CString)
        guard mkdtemp(&template) != nil else { throw RocksDBError(.io, "no temporary folder") }
        path = String(
            decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Folder.remove(path) }

    /// The path of `name` in the folder.
    func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Removes a file or a folder with all that is in it.
    static func remove(_ path: String) {
        for name in names(path) { remove(path + "/" + name) }
        _ = Glibc.remove(path)
    }

    /// The names in the folder `path`.
    static func names(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Cuts the last `bytes` off a file.
    static func cut(_ path: String, _ bytes: Int) throws {
        var state = stat()
        guard stat(path, &state) == 0, truncate(path, state.st_size - bytes) == 0 else {
            throw RocksDBError(.io, "cannot cut \(path)")
        }
    }

    /// Turns every bit of the bytes in `range` of a file.
    static func flip(_ path: String, _ range: Range<Int>) throws {
        guard let file = fopen(path, "r+b") else { throw RocksDBError(.io, "no file \(path)") }
        defer { fclose(file) }
        for position in range {
            fseek(file, position, SEEK_SET)
            let byte = fgetc(file)
            if byte < 0 { throw RocksDBError(.io, "short file \(path)") }
            fseek(file, position, SEEK_SET)
            fputc(byte ^ 0xff, file)
        }
    }
}

/// Small families in the shape of the real ones: ordered rows, and figures under 8-byte keys.
let testFamilies = [
    FamilyOptions(name: "rows", writeBufferBytes: 64 << 10),
    FamilyOptions(
        name: "figures", memtable: .hashList(keyLength: 8), bloomBitsPerKey: 10,
        writeBufferBytes: 64 << 10),
    FamilyOptions(name: "ids", bloomBitsPerKey: 10, writeBufferBytes: 64 << 10),
]

let smallOptions = DatabaseOptions(blockCacheBytes: 1 << 20)

/// The eight big-endian bytes of `number`.
func key(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(truncatingIfNeeded: number).bigEndian) { Array($0) }
}

extension Database {
    static func test(
        _ path: String, _ families: [FamilyOptions] = testFamilies,
        _ options: DatabaseOptions = smallOptions
    ) throws(RocksDBError) -> Database {
        try Database(path: path, families: families, options: options)
    }

    /// A copy of the value under `key`.
    func bytes(
        _ family: Family, _ key: [UInt8], at snapshot: Snapshot? = nil
    ) throws(RocksDBError) -> [UInt8]? {
        guard let snapshot else { return try get(family, key.span) { Array(copying: $0) } }
        return try get(family, key.span, at: snapshot) { Array(copying: $0) }
    }

    /// One put in a batch of its own.
    func put(_ family: Family, _ key: [UInt8], _ value: [UInt8]) throws(RocksDBError) {
        var batch = batch()
        batch.put(family, key.span, value.span)
        try write(batch)
    }

    /// All keys of an iterator over `family`, first to last.
    func keys(_ family: Family, lower: [UInt8]? = nil, upper: [UInt8]? = nil) throws -> [[UInt8]] {
        var iterator = try iterator(family, lower: lower, upper: upper)
        var keys: [[UInt8]] = []
        try iterator.forEachRow { key, _ in
            keys.append(Array(copying: key))
            return true
        }
        return keys
    }
}

extension Array where Element == UInt8 {
    init(copying span: Span<UInt8>) { self = span.withUnsafeBufferPointer { Array($0) } }
}

/// The kind of error that `body` throws; nil where it throws none.
func failure(_ body: () throws(RocksDBError) -> Void) -> RocksDBError.Kind? {
    do throws(RocksDBError) { try body() } catch { return error.kind }
    return nil
}

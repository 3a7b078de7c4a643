import Basics
import RocksDB

extension ReadView {
    /// This server's own values whose keys begin with a byte, in the order of their keys. All of
    /// them are copied: for start-up.
    package func localValues(
        prefix: UInt8
    ) throws(StorageError) -> [(key: [UInt8], value: [UInt8])] {
        var values: [(key: [UInt8], value: [UInt8])] = []
        do throws(RocksDBError) {
            var iterator = try database.iterator(
                Keyspace.local.family, lower: [prefix], upper: [prefix &+ 1])
            var isValid = try iterator.seekToFirst()
            while isValid {
                values.append((iterator.key.array, iterator.value.array))
                isValid = try iterator.next()
            }
        } catch { throw StorageError(error) }
        return values
    }
}

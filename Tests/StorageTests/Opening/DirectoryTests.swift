import System
import Testing

@testable import Storage

@Suite("The data directory")
struct DirectoryTests {
    @Test("is made for its own user alone, behind folders that are for everybody")
    func permissions() throws {
        let parent = try SmallStore()
        var options = StoreOptions()
        options.blockCacheBytes = 1 << 20
        options.writeBufferBytes = 1 << 20
        let path = parent.path + "/a/data"
        _ = try Store(directory: path, options: options)
        #expect(try FileSystem.permissions(of: path) == 0o700)
        #expect(try FileSystem.permissions(of: parent.path + "/a") == 0o755)
    }
}

import Basics
import Glibc
import System
import Testing

/// A folder of its own for `body`, removed afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
    let path = "/tmp/entrepot-system-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    try FileSystem.makeFolder(path)
    defer { _ = try? FileSystem.removeTree(path) }
    try body(path)
}

@Suite("Files")
struct FileTests {
    @Test("makes, lists and removes folders")
    func folders() throws {
        try withFolder { root in
            try FileSystem.makeFolder(root + "/a/b/c")
            try FileSystem.makeFolder(root + "/a/b/c")
            try FileSystem.writeAtomically([1].span, to: root + "/a/b/z")
            #expect(try FileSystem.list(root + "/a/b") == ["c", "z"])
            #expect(try FileSystem.kind(of: root + "/a") == .folder)
            #expect(try FileSystem.kind(of: root + "/a/b/z") == .file)
            #expect(try FileSystem.kind(of: root + "/none") == nil)
            #expect(throws: SystemError.self) { try FileSystem.makeFolder(root + "/a/b/z") }
            try FileSystem.makeFolder(root + "/a/d/e", permissions: 0o700)
            #expect(try FileSystem.permissions(of: root + "/a/d") == 0o755)
            #expect(try FileSystem.permissions(of: root + "/a/d/e") == 0o700)
            try FileSystem.removeTree(root + "/a/d")
            try FileSystem.removeTree(root + "/a")
            try FileSystem.removeTree(root + "/a")
            #expect(try FileSystem.list(root).isEmpty)
        }
    }

    @Test("reads what it writes")
    func readAndWrite() throws {
        try withFolder { root in
            let path = root + "/file"
            do {
                let file = try FileHandle(path: path, mode: .update, permissions: 0o600)
                try file.write(Array("hello world".utf8).span, at: 0)
                try file.write(Array("HELLO".utf8).span, at: 0)
                try file.synchronizeData()
                try file.synchronize()
                var buffer = ByteBuffer()
                let moved1 = try file.read(into: &buffer, at: 6, count: 100)
                #expect(moved1 == 5)
                #expect(buffer.array == Array("world".utf8))
                try file.truncate(to: 5)
                #expect(try file.size() == 5)
            }
            #expect(try FileSystem.permissions(of: path) == 0o600)
            let appended = try FileHandle(path: path, mode: .append)
            try appended.write(Array("!".utf8).span)
            let content = try FileSystem.read(path).array
            #expect(content == Array("HELLO!".utf8))
            #expect(throws: SystemError.self) {
                _ = try FileHandle(path: path, mode: .create)
            }
            #expect { _ = try FileSystem.read(path, limit: 5) } throws: {
                ($0 as? SystemError)?.number == EFBIG
            }
            #expect(try FileSystem.read("/proc/self/status").count > 10)
        }
    }

    @Test("replaces a file whole, and leaves nothing behind")
    func atomically() throws {
        try withFolder { root in
            let path = root + "/settings"
            try FileSystem.writeAtomically([1, 2].span, to: path)
            try FileSystem.writeAtomically([3].span, to: path, permissions: 0o600)
            let content = try FileSystem.read(path).array
            #expect(content == [3])
            #expect(try FileSystem.list(root) == ["settings"])
            #expect(throws: SystemError.self) {
                try FileSystem.writeAtomically([1].span, to: root + "/none/file")
            }
        }
    }

    @Test("only one handle holds the lock")
    func lock() throws {
        try withFolder { root in
            let first = try FileHandle(path: root + "/LOCK", mode: .update)
            let second = try FileHandle(path: root + "/LOCK", mode: .update)
            #expect(try first.lockExclusively())
            #expect(try !second.lockExclusively())
        }
    }

    @Test("names the call, the path and the reason")
    func errorText() throws {
        do {
            _ = try FileHandle(path: "/nowhere/at/all", mode: .read)
            Issue.record("opened")
        } catch {
            #expect(error.isNotFound)
            #expect(error.description == "open /nowhere/at/all: No such file or directory")
        }
    }

    @Test("knows the free space and the parents of paths")
    func spaceAndParents() throws {
        let space = try FreeSpace.bytes("/tmp")
        #expect(space.total > 0 && space.available <= space.total)
        #expect(FileSystem.parent(of: "/a/b/") == "/a")
        #expect(FileSystem.parent(of: "/a") == "/")
        #expect(FileSystem.parent(of: "/") == nil)
        #expect(FileSystem.parent(of: "a") == nil)
        #expect(FileSystem.parent(of: "a/b") == "a")
    }
}

@Suite("Threads")
struct ThreadTests {
    @Test("runs, is named and is waited for")
    func join() throws {
        let name = Monitor<[UInt8]>([])
        let thread = try SystemThread(name: "entrepot-test-with-a-long-name") {
            let text = (try? FileSystem.read("/proc/thread-self/comm"))?.array
            name.update { $0 = text ?? [] }
        }
        thread.join()
        thread.join()
        #expect(name.withLock { $0 } == Array("entrepot-test-w\n".utf8))
    }

    @Test("may wait for itself, which is no waiting")
    func joinsItself() throws {
        let own = Monitor<SystemThread?>(nil)
        let hasEnded = Monitor(false)
        let thread = try SystemThread(name: "alone") {
            own.wait(milliseconds: 10_000) { $0 }?.join()
            hasEnded.update { $0 = true }
        }
        own.update { $0 = thread }
        #expect(hasEnded.wait(milliseconds: 10_000) { $0 ? true : nil } == true)
    }

    @Test("a monitor hands values over, and gives up in time")
    func monitor() throws {
        let queue = Monitor<[Int]>([])
        let sum = Monitor(0)
        let consumer = try SystemThread(name: "consumer") {
            for _ in 0..<100 {
                let value = queue.wait { $0.isEmpty ? nil : $0.removeFirst() }
                sum.withLock { $0 += value ?? 0 }
            }
        }
        for value in 1...100 { queue.update { $0.append(value) } }
        consumer.join()
        #expect(sum.withLock { $0 } == 5_050)
        #expect(queue.wait(milliseconds: 5) { $0.first } == nil)
    }

    @Test("a flag stays set")
    func flag() throws {
        let flag = WaitableFlag()
        #expect(!flag.wait(milliseconds: 1))
        let thread = try SystemThread(name: "setter") { flag.set() }
        #expect(flag.wait() && flag.wait(milliseconds: 0) && flag.isSet)
        flag.clear()
        #expect(!flag.isSet)
        thread.join()
    }
}

import Basics
import Glibc
import System
import Testing

@Suite("Watching a folder")
struct FolderWatchTests {
    /// What was touched, until `name` was or two seconds went by.
    private func touched(
        _ watch: borrowing FolderWatch, until name: String
    ) throws -> [FolderWatch.Change] {
        var all: [FolderWatch.Change] = []
        for _ in 0..<20 {
            all += try watch.wait(milliseconds: 100)
            if all.contains(.touched(name)) { break }
        }
        return all
    }

    @Test("a file that is written, moved in, replaced or linked is told")
    func files() throws {
        try withFolder { root in
            try FileSystem.makeFolder(root + "/in")
            try FileSystem.writeAtomically([1].span, to: root + "/outside")
            let watch = try FolderWatch(folder: root + "/in")
            try FileSystem.writeAtomically([1].span, to: root + "/in/a.lua")
            #expect(try touched(watch, until: "a.lua").last == .touched("a.lua"))
            try FileSystem.rename(root + "/outside", to: root + "/in/b.lua")
            #expect(try touched(watch, until: "b.lua") == [.touched("b.lua")])
            do {
                let file = try FileHandle(path: root + "/in/b.lua", mode: .replace)
                try file.write([1, 2].span)
            }
            #expect(try touched(watch, until: "b.lua") == [.touched("b.lua")])
            try calling("symlink") { symlink("b.lua", root + "/in/c.lua") }
            #expect(try touched(watch, until: "c.lua") == [.touched("c.lua")])
        }
    }

    @Test("what goes away is told too; reading and folders are not")
    func silence() throws {
        try withFolder { root in
            try FileSystem.writeAtomically([1].span, to: root + "/a")
            let watch = try FolderWatch(folder: root)
            _ = try FileSystem.read(root + "/a")
            try FileSystem.makeFolder(root + "/sub")
            #expect(try watch.wait(milliseconds: 30).isEmpty)
            try FileSystem.rename(root + "/a", to: root + "/sub/a")
            #expect(try touched(watch, until: "a") == [.touched("a")])
            try FileSystem.rename(root + "/sub/a", to: root + "/b")
            #expect(try touched(watch, until: "b") == [.touched("b")])
            try FileSystem.remove(root + "/b")
            #expect(try touched(watch, until: "b") == [.touched("b")])
        }
    }

    @Test("a folder that goes away is told")
    func gone() throws {
        try withFolder { root in
            try FileSystem.makeFolder(root + "/in")
            let watch = try FolderWatch(folder: root + "/in")
            try FileSystem.removeTree(root + "/in")
            #expect(try watch.wait(milliseconds: 2_000).contains(.gone))
            #expect(throws: SystemError.self) { _ = try FolderWatch(folder: root + "/in") }
        }
    }

    @Test("a wake ends the wait, also one that comes first")
    func wakes() throws {
        try withFolder { root in
            let watch = try FolderWatch(folder: root)
            watch.wake()
            #expect(try watch.wait(milliseconds: 10_000).isEmpty)
        }
    }

    private func entry(_ mask: Int, _ field: [UInt8]) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.append(littleEndian: UInt32(1))
        buffer.append(littleEndian: UInt32(mask))
        buffer.append(littleEndian: UInt32(0))
        buffer.append(littleEndian: UInt32(field.count))
        buffer.append(field)
        return buffer.array
    }

    @Test("entries of the queue, whole, odd and cut off")
    func entries() {
        let name: [UInt8] = [0x61, 0, 0, 0]
        let written = entry(Int(IN_CLOSE_WRITE), name)
        let overflow = entry(Int(IN_Q_OVERFLOW), [])
        let cases: [([UInt8], [FolderWatch.Change])] = [
            ([], []),
            (written, [.touched("a")]),
            (written + written, [.touched("a")]),
            (written + overflow, [.touched("a"), .lost]),
            (entry(Int(IN_IGNORED), []), [.gone]),
            (entry(Int(IN_CREATE) | Int(IN_ISDIR), name), []),
            (entry(Int(IN_CREATE), [0xff, 0, 0, 0]), []),
            (entry(Int(IN_CREATE), [0, 0]), []),
            (Array(written.dropLast()), [.lost]),
            (Array(written.prefix(7)), [.lost]),
        ]
        for (bytes, expected) in cases { #expect(FolderWatch.changes(bytes.span) == expected) }
    }

    @Test("a plain file is opened, a link is not")
    func plain() throws {
        try withFolder { root in
            try FileSystem.writeAtomically([1].span, to: root + "/a")
            try calling("symlink") { symlink("a", root + "/link") }
            try calling("mkfifo") { mkfifo(root + "/pipe", 0o600) }
            #expect(try FileHandle(path: root + "/a", mode: .plain).isRegular())
            #expect(try !FileHandle(path: root + "/pipe", mode: .plain).isRegular())
            #expect(throws: SystemError.self) {
                _ = try FileHandle(path: root + "/link", mode: .plain)
            }
        }
    }
}

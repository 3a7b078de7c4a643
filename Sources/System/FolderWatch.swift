import Basics
import CSystem
import Glibc

/// Tells which files of one folder were written, moved in or made, by inotify.
///
/// Only what happens after `init` is told: whoever lists the folder afterwards misses nothing.
/// Ownership: noncopyable; the descriptors belong to this value. Threading: one thread waits, any
/// thread may call `wake`.
package struct FolderWatch: ~Copyable, Sendable {
    /// What happened.
    package enum Change: Equatable, Sendable {
        /// A file of this name was closed after writing, moved in or out, made, or removed. A name
        /// that is not UTF-8 is not told.
        case touched(String)
        /// The system dropped changes: list the folder.
        case lost
        /// The folder itself is away: nothing more will be told.
        case gone
    }

    // Invariant: both descriptors are open and nobody else closes them, from init to deinit.
    private let queue: Int32
    private let bell: Int32
    private let path: String

    private static let wanted =
        UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_CREATE) | UInt32(IN_DELETE)
        | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE_SELF)
        | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR)

    /// Begins to watch a folder, not the folders in it.
    ///
    /// - Throws: `ENOENT` or `ENOTDIR` without such a folder; `ENOSPC` or `EMFILE` where the system
    ///   allows no more watches.
    package init(folder: String) throws(SystemError) {
        let queue = try calling("inotify_init") {
            inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        }
        do throws(SystemError) {
            try calling("inotify_add_watch \(folder)") {
                unsafe inotify_add_watch(queue, folder, Self.wanted)
            }
            bell = try calling("eventfd") { csystem_wake_create() }
        } catch {
            close(queue)
            throw error
        }
        self.queue = queue
        path = folder
    }

    deinit {
        close(queue)
        close(bell)
    }

    /// Ends a wait, present or next. Any thread.
    package func wake() { csystem_wake_signal(bell) }

    /// Waits until something happened, somebody called `wake`, or the time is up.
    ///
    /// - Parameter milliseconds: how long at most; nil waits for ever.
    /// - Returns: what happened, in order; nothing after `wake` or when the time is up.
    package func wait(milliseconds: Int? = nil) throws(SystemError) -> [Change] {
        var waiting = [
            pollfd(fd: queue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
        ]
        let timeout = milliseconds.map { Int32(clamping: max($0, 0)) } ?? -1
        try calling("poll \(path)") { unsafe poll(&waiting, 2, timeout) }
        if waiting[1].revents != 0 { csystem_wake_clear(bell) }
        if waiting[0].revents == 0 { return [] }
        var content = ByteBuffer(capacity: 16 << 10)
        while true {
            // The queue gives whole entries only; 4 KiB hold the longest.
            let got = unsafe content.appendFrom(maximum: 4 << 10) { space in
                var result = 0
                repeat {
                    result = unsafe read(queue, space.baseAddress, 4 << 10)
                } while result < 0 && errno == EINTR
                return result
            }
            if got > 0 && content.count < 1 << 20 { continue }
            if got < 0 && errno != EAGAIN { throw SystemError.last("read inotify of \(path)") }
            return Self.changes(content.bytes)
        }
    }

    /// Reads the entries of the queue; what is not whole counts as lost.
    package static func changes(_ bytes: Span<UInt8>) -> [Change] {
        var changes: [Change] = []
        var reader = ByteReader(bytes)
        while !reader.isAtEnd {
            do throws(DecodingError) {
                _ = try reader.littleEndian(UInt32.self)
                let mask = try reader.littleEndian(UInt32.self)
                _ = try reader.littleEndian(UInt32.self)
                let length = try reader.littleEndian(UInt32.self)
                let field = try reader.bytes(Int(length))
                guard let change = change(mask, field), changes.last != change else { continue }
                changes.append(change)
            } catch {
                changes.append(.lost)
                break
            }
        }
        return changes
    }

    private static func change(_ mask: UInt32, _ field: Span<UInt8>) -> Change? {
        if mask & UInt32(IN_Q_OVERFLOW) != 0 { return .lost }
        let gone = UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_IGNORED)
        if mask & gone != 0 { return .gone }
        // Folders inside are nobody's matter.
        if mask & UInt32(IN_ISDIR) != 0 { return nil }
        var length = 0
        while length < field.count && field[length] != 0 { length += 1 }
        guard length > 0, let name = field.extracting(0..<length).validatedText else { return nil }
        return .touched(name)
    }
}

package import Basics
import CSystem
import Glibc

/// An open file, closed when it goes out of scope.
///
/// Ownership: noncopyable; the descriptor belongs to this value. Every call blocks its thread.
/// Threading: `read(at:)` and `write(at:)` have no shared position and may run side by side.
package struct FileHandle: ~Copyable, Sendable {
    /// How a file is opened.
    package enum Mode: Sendable {
        /// For reading; must exist.
        case read
        /// For reading and writing; created where missing.
        case update
        /// For reading and writing; must not exist yet.
        case create
        /// For writing at the end; created where missing.
        case append
        /// For reading and writing; created, or emptied.
        case replace
        /// For reading; must exist and be no link. Does not wait for the writer of a pipe.
        case plain
    }

    // Invariant: the descriptor is open and nobody else closes it, from init to deinit; pointers
    // passed to calls live for the call only and come with their counts.
    package let descriptor: Int32
    package let path: String

    /// Opens `path`; `permissions` count where the file is created.
    package init(
        path: String, mode: Mode, permissions: UInt32 = 0o644
    ) throws(SystemError) {
        let flags: Int32 =
            switch mode {
            case .read: O_RDONLY
            case .update: O_RDWR | O_CREAT
            case .create: O_RDWR | O_CREAT | O_EXCL
            case .append: O_WRONLY | O_CREAT | O_APPEND
            case .replace: O_RDWR | O_CREAT | O_TRUNC
            case .plain: O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
            }
        descriptor = try calling("open \(path)") {
            unsafe open(path, flags | O_CLOEXEC, permissions)
        }
        self.path = path
    }

    deinit { _ = Glibc.close(descriptor) }

    /// The length in bytes.
    package func size() throws(SystemError) -> Int {
        var status = stat()
        try calling("fstat \(path)") { unsafe fstat(descriptor, &status) }
        return Int(status.st_size)
    }

    /// Whether it is a regular file: no folder, pipe, device or socket.
    package func isRegular() throws(SystemError) -> Bool {
        var status = stat()
        try calling("fstat \(path)") { unsafe fstat(descriptor, &status) }
        return status.st_mode & S_IFMT == S_IFREG
    }

    /// Appends up to `count` bytes from `offset` to `buffer`.
    /// - Returns: how many; fewer than `count` only at the end of the file.
    @discardableResult
    package func read(
        into buffer: inout ByteBuffer, at offset: Int, count: Int
    ) throws(SystemError) -> Int {
        var done = 0
        while done < count {
            let step = min(count - done, 1 << 20)
            let position = off_t(offset + done)
            let got = unsafe buffer.appendFrom(maximum: step) { space in
                var result = 0
                repeat {
                    result = unsafe pread(descriptor, space.baseAddress, step, position)
                } while result < 0 && errno == EINTR
                return result
            }
            if got < 0 { throw SystemError.last("read \(path)") }
            if got == 0 { break }
            done += got
        }
        return done
    }

    /// Writes all of `bytes` at `offset`.
    package func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let rest = bytes.extracting(done..<bytes.count)
            done += try unsafe rest.withUnsafeBytes { (pointer) throws(SystemError) in
                try calling("write \(path)") {
                    unsafe pwrite(
                        descriptor, pointer.baseAddress, pointer.count, off_t(offset + done))
                }
            }
        }
    }

    /// Writes all of `bytes` at the file's own position (its end in the mode `append`).
    package func write(_ bytes: Span<UInt8>) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let rest = bytes.extracting(done..<bytes.count)
            done += try unsafe rest.withUnsafeBytes { (pointer) throws(SystemError) in
                try calling("write \(path)") {
                    unsafe Glibc.write(descriptor, pointer.baseAddress, pointer.count)
                }
            }
        }
    }

    /// Cuts or extends the file to `size` bytes.
    package func truncate(to size: Int) throws(SystemError) {
        try calling("truncate \(path)") { ftruncate(descriptor, off_t(size)) }
    }

    /// Waits until the content is on the disk. After a failure the content is unknown: the caller
    /// must stop relying on this file, a second call may succeed without having written.
    package func synchronizeData() throws(SystemError) {
        try calling("fdatasync \(path)") { fdatasync(descriptor) }
    }

    /// Waits until content and metadata are on the disk; the same holds after a failure.
    package func synchronize() throws(SystemError) {
        try calling("fsync \(path)") { fsync(descriptor) }
    }

    /// Takes the exclusive lock of this file, which lives as long as the handle.
    /// - Returns: false if another process (or handle) holds it.
    package func lockExclusively() throws(SystemError) -> Bool {
        do {
            try calling("flock \(path)") { csystem_lock(descriptor) }
            return true
        } catch {
            if error.number == EWOULDBLOCK { return false }
            throw error
        }
    }
}

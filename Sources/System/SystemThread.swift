import CSystem
import Glibc
import Synchronization

/// A thread of its own for work that blocks: the ledger, the disk, the projector.
///
/// The thread lives until `body` returns; dropping this object does not end it.
package final class SystemThread: Sendable {
    // Invariant: a pthread_t is a plain value that any thread may join or detach, once: whoever
    // takes it out of `handle`.
    private struct Handle: @unchecked Sendable { let thread: pthread_t }

    package let name: String
    private let handle: Mutex<Handle?>

    /// Starts a thread that runs `body`.
    ///
    /// - Parameters:
    ///   - name: for `ps` and `top`; 15 bytes are shown.
    ///   - stackBytes: the size of its stack.
    /// - Throws: `EAGAIN` when the process has too many threads.
    package init(
        name: String, stackBytes: Int = 1 << 20, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        self.name = name
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setstacksize(&attributes, max(stackBytes, 64 << 10))
        defer { unsafe pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let status = unsafe pthread_create(&thread, &attributes, threadMain, start.toOpaque())
        if status != 0 {
            // Nobody will run it: give back the reference meant for the thread.
            unsafe start.release()
            throw SystemError(number: status, operation: "pthread_create \(name)")
        }
        handle = Mutex(Handle(thread: thread))
    }

    deinit {
        // Not joined: let the system free it when it ends.
        handle.withLock { if let handle = $0 { _ = pthread_detach(handle.thread) } }
    }

    /// Lets all other threads of the machine run before the calling one from now on: it gets what
    /// time is left, and a little where none is. For work that nobody waits for.
    ///
    /// It stays a normal thread: one that got no time at all could hold a lock that others need.
    ///
    /// - Parameter partly: it gets a tenth of a busy processor, for work that should not lag for
    ///   long.
    package static func yieldPriority(partly: Bool = false) {
        csystem_yield_priority(partly ? 10 : 19)
    }

    /// Waits until `body` has returned. A second call returns at once. Called by the thread itself,
    /// such as by what it was the last to hold, it has the system free the thread when it ends.
    package func join() {
        let mine = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        guard let mine else { return }
        if pthread_equal(mine.thread, pthread_self()) != 0 {
            _ = pthread_detach(mine.thread)
        } else {
            _ = pthread_join(mine.thread, nil)
        }
    }
}

/// What the new thread is handed: owned by it, once started.
private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

// Outside of any actor, so that no isolation is checked on the new thread.
nonisolated private func threadMain(_ argument: UnsafeMutableRawPointer?)
    -> UnsafeMutableRawPointer?
{
    guard let argument = unsafe argument else { return nil }
    let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    unsafe csystem_name_thread(start.name)
    start.body()
    return nil
}

import CSystem
import Glibc

/// A system call that failed.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The call's `errno`.
    package let number: Int32
    /// The call, and where it helps the path or address: `open /var/lib/x/LOCK`.
    package let operation: String

    package init(number: Int32, operation: String) {
        self.number = number
        self.operation = operation
    }

    /// The present `errno` of this thread.
    package static func last(_ operation: @autoclosure () -> String) -> SystemError {
        // Read before the text is built, which may allocate.
        let number = errno
        return SystemError(number: number, operation: operation())
    }

    package var description: String {
        "\(operation): \(unsafe String(cString: csystem_error_text(number)))"
    }

    /// Whether the file system is full or the quota used up.
    package var isNoSpace: Bool { number == ENOSPC || number == EDQUOT }
    package var isNotFound: Bool { number == ENOENT }
    package var isExists: Bool { number == EEXIST }
    /// Whether the process or the machine is out of descriptors or socket memory.
    package var isOutOfDescriptors: Bool {
        number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM
    }
}

/// The one way to make a system call: repeats it while a signal interrupts it.
///
/// - Parameters:
///   - operation: for the error's text.
///   - call: returns a negative number and sets `errno` when it fails.
/// - Throws: any `errno` but `EINTR`.
@discardableResult
package func calling<Result: SignedInteger>(
    _ operation: @autoclosure () -> String, _ call: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw SystemError.last(operation()) }
    }
}

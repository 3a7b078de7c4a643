import CSystem
import Glibc

/// The program that started this one and waits to hear how it is: systemd, with `Type=notify`.
package struct ServiceManager: Sendable {
    /// Where it listens: a path, or an abstract name behind `@`.
    private let socket: String

    /// - Parameter environment: this process's; nil where nobody asked to be told.
    package init?(environment: [String: String]) {
        guard let socket = environment["NOTIFY_SOCKET"], let first = socket.utf8.first,
            first == UInt8(ascii: "/") || first == UInt8(ascii: "@")
        else { return nil }
        self.socket = socket
    }

    /// Says how the server is, without waiting for anybody: `READY=1`, `STOPPING=1`.
    ///
    /// - Throws: where nobody is there to hear it, or the name is too long.
    package func tell(_ state: String) throws(SystemError) {
        let bytes = Array(state.utf8)
        try calling("notify \(socket)") {
            unsafe bytes.withUnsafeBytes { pointer in
                // Invariant: the pointer lives for the call, which reads `count` bytes of it.
                unsafe csystem_notify(socket, pointer.baseAddress, UInt32(clamping: pointer.count))
            }
        }
    }
}

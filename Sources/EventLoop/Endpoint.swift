import CSystem
import Glibc
import System

/// Where one can be reached: a TCP address or the path of a Unix socket.
package enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// `host` is a name or a number, an IPv6 number without brackets.
    case tcp(host: String, port: UInt16)
    /// The path is empty for the nameless far end of a Unix socket.
    case unix(path: String)

    /// Reads `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH` or an absolute path; nil for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("/") {
            self = .unix(path: text)
        } else if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            if path.isEmpty { return nil }
            self = .unix(path: path)
        } else {
            guard let colon = text.lastIndex(of: ":") else { return nil }
            let digits = text[text.index(after: colon)...]
            var host = text[..<colon]
            if host.hasPrefix("[") && host.hasSuffix("]") {
                host = host.dropFirst().dropLast()
            } else if host.contains(":") {
                return nil
            }
            guard !host.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
                let port = UInt16(digits)
            else { return nil }
            self = .tcp(host: String(host), port: port)
        }
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): path.isEmpty ? "unix" : "unix:\(path)"
        }
    }

    /// The number or name without the port: what limits per address count.
    package var host: String {
        switch self {
        case .tcp(let host, _): host
        case .unix: "unix"
        }
    }

    /// Whether it is a Unix socket.
    package var isUnix: Bool {
        if case .unix = self { return true }
        return false
    }

    /// The port; 0 for a Unix socket.
    package var port: UInt16 {
        if case .tcp(_, let port) = self { return port }
        return 0
    }

    /// Whether only this machine can be behind it. A name counts only as `localhost`.
    package var isLoopback: Bool {
        switch self {
        case .unix: return true
        case .tcp("localhost", _), .tcp("::1", _): return true
        case .tcp(let host, _):
            var number = in_addr()
            guard unsafe inet_pton(AF_INET, host, &number) == 1 else { return false }
            return UInt32(bigEndian: number.s_addr) >> 24 == 127
        }
    }

    /// The addresses behind this endpoint; a name may have several.
    ///
    /// Blocks while the name is looked up.
    func resolve(toListen: Bool) throws(SystemError) -> [SocketAddress] {
        guard case .tcp(let host, let port) = self else {
            var address = SocketAddress()
            guard case .unix(let path) = self else { return [] }
            try calling("unix socket \(path)") {
                unsafe withUnsafeMutablePointer(to: &address.storage) { pointer in
                    unsafe csystem_unix_address(path, pointer, &address.length)
                }
            }
            return [address]
        }
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV | (toListen ? AI_PASSIVE : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, String(port), &hints, &list)
        if status != 0 {
            let reason = unsafe String(cString: gai_strerror(status))
            throw SystemError(
                number: EADDRNOTAVAIL, operation: "look up \(host) (\(reason))")
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let info = unsafe next {
            var address = SocketAddress()
            address.length = unsafe info.pointee.ai_addrlen
            unsafe withUnsafeMutableBytes(of: &address.storage) { target in
                unsafe target.copyMemory(
                    from: UnsafeRawBufferPointer(
                        start: info.pointee.ai_addr, count: Int(info.pointee.ai_addrlen)))
            }
            addresses.append(address)
            unsafe next = info.pointee.ai_next
        }
        return addresses
    }
}

/// An address as the kernel wants it.
///
/// Invariant: `length` never exceeds the size of `storage`, which fits every family.
struct SocketAddress {
    var storage = sockaddr_storage()
    var length = UInt32(MemoryLayout<sockaddr_storage>.size)

    var family: Int32 { Int32(storage.ss_family) }

    /// Calls `body` with the address in the shape that system calls take.
    mutating func withPointer<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, inout UInt32) -> Result
    ) -> Result {
        // `sockaddr_storage` is made to be seen as any `sockaddr`.
        unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, &length)
            }
        }
    }

    /// The numeric form; an IPv4 address seen through IPv6 is shown as IPv4.
    mutating func endpoint() -> Endpoint {
        if family == AF_UNIX { return .unix(path: "") }
        var host = [CChar](repeating: 0, count: 64)
        var service = [CChar](repeating: 0, count: 16)
        let status = unsafe withPointer { pointer, length in
            unsafe getnameinfo(
                pointer, length, &host, 64, &service, 16, NI_NUMERICHOST | NI_NUMERICSERV)
        }
        guard status == 0 else { return .tcp(host: "unknown", port: 0) }
        var name = text(host)
        if name.hasPrefix("::ffff:"), name.contains(".") { name.removeFirst(7) }
        return .tcp(host: name, port: UInt16(text(service)) ?? 0)
    }

    private func text(_ field: [CChar]) -> String {
        String(decoding: field.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

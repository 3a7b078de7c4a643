import HTTPCore
import Testing

@testable import HTTPServer

/// Whose address counts for limits and logs.
struct ClientAddressTests {
    /// The proxy is 10.0.0.1; so is its neighbour 10.0.0.2.
    private func address(_ forwarded: String?, peer: String = "10.0.0.1") throws -> String {
        var settings = HTTPSettings()
        settings.isTrustedProxy = { $0.hasPrefix("10.0.0.") }
        let line = forwarded.map { "X-Forwarded-For: \($0)\r\n" } ?? ""
        return ClientAddress.of(try Self.head(line), peer: peer, settings: settings)
    }

    private static func head(_ fields: String) throws -> RequestHead {
        var parser = RequestParser()
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
        guard case .request(let head, _) = parser.parse(text.utf8.span) else {
            throw NoHead()
        }
        return head
    }

    private struct NoHead: Error {}

    @Test(
        arguments: [
            (nil, "10.0.0.1"),
            ("192.0.2.7", "192.0.2.7"),
            // The last that is no proxy: what stands before it was written by anybody.
            ("198.51.100.1, 192.0.2.7", "192.0.2.7"),
            ("192.0.2.7, 10.0.0.2", "192.0.2.7"),
            ("192.0.2.7, nonsense", "10.0.0.1"),
            ("192.0.2.7,", "192.0.2.7"),
            ("unknown", "10.0.0.1"), ("", "10.0.0.1"), ("abc", "10.0.0.1"), ("1.2.3", "10.0.0.1"),
            // Each port would be an address of its own.
            ("192.0.2.7:4711", "192.0.2.7"), ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"), ("2001:db8:0::1", "2001:db8::1"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
        ] as [(String?, String)])
    func forwarded(_ field: String?, _ expected: String) throws {
        #expect(try address(field) == expected)
    }

    @Test func aStrangersFieldIsNotRead() throws {
        #expect(try address("192.0.2.7", peer: "203.0.113.9") == "203.0.113.9")
    }
}

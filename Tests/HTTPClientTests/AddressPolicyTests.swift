import Glibc
import HTTPClient
import Testing

/// The address that a text means to the kernel.
private func parse(_ text: String) -> IPAddress? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return .v4(UInt32(bigEndian: four.s_addr)) }
    var six = in6_addr()
    guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    return withUnsafeBytes(of: six) { bytes in
        .v6(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}

@Suite("Address policy")
struct AddressPolicyTests {
    @Test(
        "keeps strangers' requests out of inner networks",
        arguments: [
            ("8.8.8.8", nil), ("1.0.0.0", nil), ("223.255.255.255", nil),
            ("0.0.0.0", .unspecified), ("0.255.255.255", .unspecified),
            ("9.255.255.255", nil), ("10.0.0.0", .privateNetwork),
            ("10.255.255.255", .privateNetwork), ("11.0.0.0", nil),
            ("100.63.255.255", nil), ("100.64.0.0", .carrier), ("100.127.255.255", .carrier),
            ("100.128.0.0", nil),
            ("126.255.255.255", nil), ("127.0.0.1", .loopback), ("127.255.255.255", .loopback),
            ("128.0.0.0", nil),
            ("169.253.255.255", nil), ("169.254.169.254", .linkLocal), ("169.255.0.0", nil),
            ("172.15.255.255", nil), ("172.16.0.0", .privateNetwork),
            ("172.31.255.255", .privateNetwork), ("172.32.0.0", nil),
            ("192.0.0.1", .reserved), ("192.0.1.0", nil), ("192.0.2.1", .documentation),
            ("192.0.3.0", nil), ("192.88.99.1", .reserved),
            ("192.167.255.255", nil), ("192.168.0.1", .privateNetwork), ("192.169.0.0", nil),
            ("198.17.255.255", nil), ("198.18.0.0", .privateNetwork),
            ("198.19.255.255", .privateNetwork), ("198.20.0.0", nil),
            ("198.51.100.7", .documentation), ("203.0.113.7", .documentation),
            ("224.0.0.1", .multicast), ("239.255.255.255", .multicast),
            ("240.0.0.0", .reserved), ("255.255.255.255", .reserved),
        ] as [(String, AddressPolicy.Refusal?)])
    func version4(text: String, expected: AddressPolicy.Refusal?) throws {
        let address = try #require(parse(text))
        #expect(address.description == text)
        #expect(AddressPolicy.publicOnly.refusal(of: address) == expected)
    }

    @Test(
        "sees through the forms of IPv6",
        arguments: [
            ("2606:4700:4700::1111", nil), ("2a00:1450::1", nil), ("2001:200::1", nil),
            ("::", .unspecified), ("::1", .loopback), ("::2", .reserved),
            ("::127.0.0.1", .reserved), ("::ffff:8.8.8.8", nil),
            ("::ffff:127.0.0.1", .loopback), ("::ffff:10.1.2.3", .privateNetwork),
            ("::ffff:169.254.169.254", .linkLocal), ("::ffff:0:127.0.0.1", .loopback),
            ("::ffff:0:8.8.8.8", nil),
            ("64:ff9b::8.8.8.8", nil), ("64:ff9b::127.0.0.1", .loopback),
            ("64:ff9b::169.254.169.254", .linkLocal), ("64:ff9b::1:0:0", .reserved),
            ("64:ff9b:1::8.8.8.8", .privateNetwork),
            ("2002:808:808::1", nil), ("2002:7f00:1::", .loopback),
            ("2002:a9fe:a9fe::1", .linkLocal), ("2002:c0a8:101::1", .privateNetwork),
            ("100::1", .reserved), ("2001::1", .reserved), ("2001:1ff::1", .reserved),
            ("2001:db8::1", .documentation), ("3fff:fff::1", .documentation),
            ("fc00::1", .privateNetwork), ("fdff::1", .privateNetwork),
            ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("fec0::1", .privateNetwork),
            ("ff02::1", .multicast), ("4000::1", .reserved), ("5f00::1", .reserved),
        ] as [(String, AddressPolicy.Refusal?)])
    func version6(text: String, expected: AddressPolicy.Refusal?) throws {
        let address = try #require(parse(text))
        #expect(AddressPolicy.publicOnly.refusal(of: address) == expected)
    }

    @Test("lets an operator open the inner networks, and only those")
    func privateToo() throws {
        let policy = AddressPolicy.privateToo
        for text in ["127.0.0.1", "::1", "10.0.0.1", "fd00::1", "169.254.1.1", "100.64.0.1"] {
            #expect(policy.refusal(of: try #require(parse(text))) == nil)
        }
        for text in ["0.0.0.0", "224.0.0.1", "255.255.255.255", "ff02::1", "192.0.2.1"] {
            #expect(policy.refusal(of: try #require(parse(text))) != nil)
        }
    }

    @Test("writes all eight groups")
    func text() throws {
        #expect(try #require(parse("fd00::a:1")).description == "fd00:0:0:0:0:0:a:1")
    }
}

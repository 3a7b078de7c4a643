import Basics
import Testing

struct IPAddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("192.0.2.1", "192.0.2.1"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("2001:DB8::8:800:200C:417A", "2001:db8::8:800:200c:417a"),
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"), ("1::", "1::"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"), ("::1.2.3.4", "::102:304"),
        ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("fe80::1%eth0", "fe80::1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ])
    func readsAndWrites(_ text: String, _ shown: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == shown)
        #expect(IPAddress(shown) == address)
    }

    @Test(arguments: [
        "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "01.2.3.4", "1.2.3.04",
        "1..2.3", "1.2.3.", ".1.2.3", "1.2.3.4 ", "0x7f.0.0.1", "1.2.3.4%1", "localhost", ":",
        ":::", "1:2", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8::", "12345::", "g::", "1:::2", ":1::", "1:", "::1%", "1.2.3.4::",
        "::1.2.3", "::1.2.3.4.5", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "[::1]", "::1/128",
        "٤.1.1.1",
    ])
    func refuses(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func kinds() throws {
        for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
            #expect(IPAddress(text)?.isLoopback == true)
        }
        for text in ["128.0.0.1", "::2", "0.0.0.0", "::"] {
            #expect(IPAddress(text)?.isLoopback == false)
        }
        #expect(IPAddress("2001:db8:1:2:3::4")?.household.description == "2001:db8:1:2::")
        #expect(IPAddress("192.0.2.1")?.household.description == "192.0.2.1")
    }

    @Test func networks() throws {
        let ranges = try #require(AddressRanges("10.0.0.0/8, 192.0.2.1 2001:db8::/32,::1/128"))
        #expect(ranges.ranges.count == 4)
        for text in ["10.1.2.3", "::ffff:10.0.0.1", "192.0.2.1", "2001:db8:ffff::1", "::1"] {
            #expect(ranges.contains(text), "\(text)")
        }
        for text in ["11.0.0.1", "192.0.2.2", "2001:db9::1", "::2", "::a00:1", "x", ""] {
            #expect(!ranges.contains(text), "\(text)")
        }
        #expect(AddressRanges("0.0.0.0/0")?.contains("203.0.113.9") == true)
        #expect(AddressRanges("0.0.0.0/0")?.contains("::1") == false)
        #expect(AddressRanges("::/0")?.contains("2001:db8::1") == true)
        #expect(AddressRanges("")?.isEmpty == true)
        for text in [
            "10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8",
            "10.0.0.0/+8", "host", "10.0.0.0/0008", "/8",
        ] {
            #expect(AddressRanges(text) == nil, "\(text)")
        }
    }
}

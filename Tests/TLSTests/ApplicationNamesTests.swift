import Testing

@testable import TLS

struct ApplicationNamesTests {
    @Test(
        arguments: [
            ("\u{8}http/1.1", 1..<9), ("\u{2}h2\u{8}http/1.1", 4..<12), ("\u{2}h2", nil), ("", nil),
            ("\u{9}http/1.1", nil), ("\u{7}http/1.1", nil), ("\u{0}\u{8}http/1.1", 2..<10),
            ("\u{8}http/1.0", nil), ("\u{7f}", nil),
        ] as [(String, Range<Int>?)])
    func findsHTTP(_ names: String, _ place: Range<Int>?) {
        #expect(ApplicationNames.http(in: Array(names.utf8).span) == place)
    }
}

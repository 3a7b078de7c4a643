import Basics
import HTTPCore
import Testing

@Suite("Targets and forms") struct TargetTests {
    /// The head of a GET of a target, which the parser takes.
    static func head(_ target: String, _ fields: String = "") throws -> RequestHead {
        let method = target == "*" ? "OPTIONS" : "GET"
        var parser = RequestParser()
        let text = "\(method) \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
        guard case .request(let head, _) = parser.parse(Array(text.utf8).span) else {
            throw HTTPRefusal(400, "the test's own request")
        }
        return head
    }

    @Test(arguments: [
        ("/", [], false), ("*", [], false), ("/a", ["a"], false), ("/a/", ["a"], true),
        ("/a/b/c", ["a", "b", "c"], false), ("//", [""], true), ("/a//b", ["a", "", "b"], false),
        ("/a%20b", ["a b"], false), ("/a+b", ["a+b"], false), ("/%61%C3%A4", ["a\u{e4}"], false),
        ("/...", ["..."], false), ("/a;b=c", ["a;b=c"], false), ("http://b", [], false),
        ("http://b/a/", ["a"], true), ("/a%5Cb", ["a\\b"], false),
    ]) func paths(target: String, segments: [String], slash: Bool) throws {
        let decoded = try RequestTarget(Self.head(target))
        #expect(decoded.segments == segments)
        #expect(decoded.hasTrailingSlash == slash)
        #expect(decoded.query.isEmpty)
    }

    @Test(arguments: [
        "/.", "/..", "/a/../b", "/a/./b", "/%2e%2E/b", "/.%2e", "/a%2Fb", "/a%2fb", "/a%00",
        "/a%0a", "/a%7f", "/%", "/%a", "/%zz", "/a%2", "/%ff", "/%C3", "/%c0%af", "/%ed%a0%80",
        "/?a=%", "/?a=%1", "/?%zz", "/?a=%00", "/?a=%ff", "/?a=%C3",
        "/?" + (0...64).map { "a\($0)" }.joined(separator: "&"),
    ]) func refuses(target: String) throws {
        let head = try Self.head(target)
        do throws(HTTPRefusal) {
            _ = try RequestTarget(head)
            Issue.record("\(target) was taken")
        } catch {
            #expect(error.status == 400)
        }
    }

    @Test(arguments: [
        ("/?", ""), ("/?a", "a="), ("/?a=", "a="), ("/?=b", "=b"), ("/?a=b&&c=d&", "a=b|c=d"),
        ("/?a=b=c", "a=b=c"), ("/?a+b=c+d", "a b=c d"), ("/?a%3Db=%26%2B", "a=b=&+"),
        ("/?a=1&a=2", "a=1|a=2"), ("/?a=%0a", "a=\n"), ("/?a=/?", "a=/?"),
        ("/?a=%C3%A4", "a=\u{e4}"),
    ]) func queries(target: String, expected: String) throws {
        let decoded = try RequestTarget(Self.head(target))
        #expect(
            decoded.query.map { "\($0.name)=\($0.value)" }.joined(separator: "|") == expected)
    }

    @Test func theFirstParameterCounts() throws {
        let target = try RequestTarget(Self.head("/?a=1&b&a=2"))
        #expect(target.query("a") == "1")
        #expect(target.query("b") == "")
        #expect(target.query("c") == nil)
    }

    @Test func formsAreLikeQueries() throws {
        let form = try FormText.parse(
            Array("grant_type=password&username=a%20b&password=%2B+".utf8).span)
        #expect(form.map(\.name) == ["grant_type", "username", "password"])
        #expect(form.map(\.value) == ["password", "a b", "+ "])
        #expect(throws: HTTPRefusal.self) {
            try FormText.parse(Array("a&b&c".utf8).span, maximumParameters: 2)
        }
    }

    @Test(arguments: [
        ("", ""), ("a-b.c_d~9", "a-b.c_d~9"), ("a b/c?", "a%20b%2Fc%3F"), ("\u{e4}", "%C3%A4"),
    ]) func encodes(text: String, encoded: String) throws {
        #expect(PercentCoding.encode(text) == encoded)
        #expect(try PercentCoding.parameter(Array(encoded.utf8).span) == text)
    }
}

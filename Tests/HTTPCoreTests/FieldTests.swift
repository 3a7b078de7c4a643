import Basics
import HTTPCore
import Testing

@Suite("Header fields") struct FieldTests {
    @Test(arguments: [
        ("application/json", 1_000), ("*/*", 1_000), ("application/*;q=0.5", 500),
        ("text/html", 0), ("text/html, */*;q=0.1", 100), ("APPLICATION/JSON;q=0.123", 123),
        ("application/json;q=0, */*", 0), ("application/*;q=0, application/json", 1_000),
        ("*/*;q=0.3, application/*;q=0.2", 200), ("application/json; charset=utf-8; q=0.7", 700),
        ("", 0), ("json", 0), ("application/json;q=2", 0), ("application/json;q=x, */*", 1_000),
        ("a/b;c=\"x,application/json\"", 0), ("application/json;q=1.000", 1_000),
        ("application/json;q=1.001", 0), ("application/json;q=0.1234", 0),
    ]) func accept(value: String, quality: Int) {
        #expect(Negotiation.quality(of: "application/json", in: value) == quality)
    }

    @Test func withoutAcceptAnythingIs() {
        #expect(Negotiation.accepts("text/event-stream", in: nil))
        #expect(Negotiation.preferred(of: ["a/b", "c/d"], in: nil) == "a/b")
        #expect(Negotiation.preferred(of: ["a/b", "c/d"], in: "a/b;q=0.1, c/d") == "c/d")
        #expect(Negotiation.preferred(of: ["a/b", "c/d"], in: "e/f") == nil)
    }

    @Test(arguments: [
        ("gzip", true), ("GZIP", true), ("gzip, br", true), ("br;q=1, gzip;q=0.5", true),
        ("gzip;q=0", false), ("gzip;q=0.000", false), ("*", true), ("*;q=0", false),
        ("gzip;q=0, *", false), ("*, gzip;q=0", false), ("identity", false), ("", false),
        ("x-gzip", true), ("gzipped", false), ("gzip;q=x", false),
    ]) func gzip(value: String, accepted: Bool) throws {
        #expect(Negotiation.acceptsGzip(value) == accepted)
        let head = try TargetTests.head("/", "Accept-Encoding: \(value)\r\n")
        #expect(Negotiation.acceptsGzip(head) == accepted)
        #expect(try !Negotiation.acceptsGzip(TargetTests.head("/")))
    }

    @Test(arguments: [
        ("\"a\"", true, true), ("W/\"a\"", true, false), ("\"b\"", false, false),
        ("\"b\", \"a\"", true, true), ("\"b\" ,, W/\"a\",", true, false), ("*", true, true),
        (" * ", true, true), ("\"a,b\"", false, false),
    ]) func entityTags(value: String, weakly: Bool, strongly: Bool) throws {
        let condition = try #require(EntityTagCondition(value))
        #expect(condition.matchesWeakly(EntityTag("a")) == weakly)
        #expect(condition.matchesStrongly(EntityTag("a")) == strongly)
        #expect(!condition.matchesWeakly(nil))
        #expect(!condition.matchesStrongly(nil))
        #expect(condition != .any || condition.matchesStrongly(EntityTag("a", isWeak: true)))
    }

    @Test(arguments: [
        "", "a", "\"a", "a\"", "\"a\" \"b\"", "w/\"a\"", "W/a", "*, \"a\"", "\"a b\"", "\"a\"x",
        ",",
    ]) func malformedEntityTags(value: String) {
        #expect(EntityTagCondition(value) == nil)
    }

    @Test func conditionsOfAHead() throws {
        let none = try TargetTests.head("/")
        #expect(none.ifMatch == nil)
        #expect(none.ifNoneMatch == nil)
        let fields = "If-Match: x\r\nIf-None-Match: x\r\n"
        let malformed = try TargetTests.head("/", fields)
        #expect(malformed.ifMatch == .tags([]))
        #expect(malformed.ifNoneMatch == nil)
        #expect(EntityTag("a", isWeak: true).text == "W/\"a\"")
        #expect(EntityTag("a").text == "\"a\"")
    }

    @Test(arguments: [
        (Int64(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT"),
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ]) func dates(seconds: Int64, text: String) {
        #expect(HTTPDate.format(seconds) == text)
        #expect(HTTPDate.parse(text, now: 0) == seconds)
    }

    @Test(arguments: [
        "", "Sun, 06 Nov 1994 08:49:37", "Son, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT", "Sun, 6 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06 Nov 94 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37",
        "Sunday, 31-Feb-94 08:49:37 GMT",
        "sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT",
        "Sun Nov  6 08:49:37 94", "Sun Nov   08:49:37 1994", "Sun Nov 31 08:49:37 1994",
        "Sunday Nov  6 08:49:37 1994", ",", "Sun,", "Sun",
    ]) func noDates(text: String) {
        #expect(HTTPDate.parse(text, now: 784_111_777) == nil)
    }

    /// The forms of RFC 850 and of C, and the century of two digits.
    @Test(arguments: [
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777, 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 0, 784_111_777),
        ("Wed Nov 16 08:49:37 1994", 0, 784_975_777),
        ("Monday, 06-Nov-94 08:49:37 GMT", 784_111_777, 784_111_777),
        // In 2026: 76 is fifty years ahead, 77 would be more.
        ("Friday, 06-Nov-76 08:49:37 GMT", 1_795_000_000, 3_371_878_177),
        ("Sunday, 06-Nov-77 08:49:37 GMT", 1_795_000_000, 247_654_177),
        ("Saturday, 06-Nov-94 08:49:37 GMT", 3_800_000_000, 3_939_871_777),
        ("Tuesday, 01-Jan-01 00:00:00 GMT", 4_070_000_000, 4_133_980_800),
    ]) func olderForms(text: String, now: Int64, seconds: Int64) {
        #expect(HTTPDate.parse(text, now: now) == seconds)
    }

    @Test func everyDayOfFourCenturiesComesBack() {
        for day in stride(from: Int64(-100_000), through: 100_000, by: 37) {
            #expect(HTTPDate.parse(HTTPDate.format(day * 86_400), now: 0) == day * 86_400)
        }
        #expect(HTTPDate.format(.max) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(HTTPDate.format(.min) == "Mon, 01 Jan 0001 00:00:00 GMT")
    }

    @Test(arguments: [
        ("Basic dXNlcjpwYTpzcw==", Authorization.basic(name: "user", password: Redacted("pa:ss"))),
        ("basic  Og==", .basic(name: "", password: Redacted(""))),
        ("Bearer ent_1_a-b.c~d+e/f==", .bearer(Redacted("ent_1_a-b.c~d+e/f=="))),
        ("BEARER a", .bearer(Redacted("a"))), ("Bearer", .malformed), ("Bearer ", .malformed),
        ("Bearer a b", .malformed), ("Bearer a,b", .malformed), ("Basic YTpi=", .malformed),
        ("Basic YQ==", .malformed), ("Basic AAA6", .malformed), ("Basic /zph", .malformed),
        ("Digest a", .malformed), ("", .malformed), ("dXNlcjpwYTpzcw==", .malformed),
        ("Bearer " + String(repeating: "a", count: 9_000), .malformed),
    ]) func authorization(value: String, expected: Authorization) {
        #expect(Authorization(value) == expected)
    }

    @Test func noAuthorizationIsNone() throws {
        #expect(try Authorization(TargetTests.head("/")) == nil)
        let head = try TargetTests.head("/", "Authorization: Bearer x\r\n")
        #expect(Authorization(head) == .bearer(Redacted("x")))
    }

    @Test(arguments: [
        ("a=1", ["a=1"]), ("a=1; b=2", ["a=1", "b=2"]), ("a=1;b=\"2\"", ["a=1", "b=2"]),
        ("a", []), ("=1", []), ("a b=1; c=3", ["c=3"]), ("a=x,y; c=3", ["c=3"]), ("a=", ["a="]),
        ("a=b=c", ["a=b=c"]), ("", []), (";;", []), ("a=\"b", []),
    ]) func cookies(value: String, pairs: [String]) {
        #expect(Cookies.pairs(value).map { "\($0.name)=\($0.value)" } == pairs)
    }

    @Test func aCookieOfANameThatComesTwiceIsNone() throws {
        let head = try TargetTests.head("/", "Cookie: a=1; b=2; b=3\r\n")
        #expect(Cookies.value("a", in: head) == "1")
        #expect(Cookies.value("b", in: head) == nil)
        #expect(Cookies.value("c", in: head) == nil)
    }

    @Test func cookiesAreSet() {
        var cookie = SetCookie(name: "s", value: "abc", maxAge: 900, isSecure: true)
        #expect(
            cookie.text == "s=abc; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Strict")
        cookie.value = "a;b"
        #expect(cookie.text == nil)
        cookie.value = "a\r\nb"
        #expect(cookie.text == nil)
        cookie.value = ""
        cookie.path = "/;x"
        #expect(cookie.text == nil)
    }

    @Test(arguments: [
        ("http://a", "http://a"), ("http://A:80", "http://a"), ("https://a:443", "https://a"),
        ("https://a:7480", "https://a:7480"), ("http://[::1]:7480", "http://[::1]:7480"),
        ("HTTP://a:", "http://a"), ("http://127.0.0.1:1", "http://127.0.0.1:1"),
    ]) func origins(text: String, normal: String) throws {
        #expect(try #require(Origin(text)).text == normal)
    }

    @Test(arguments: [
        "null", "", "a", "http://", "http://a/", "http://a/b", "http://a?b", "http://u@a",
        "ftp://a", "file://", "http://a:b", "http://a:65536", "http://a b", "http://a,http://b",
    ]) func noOrigins(text: String) { #expect(Origin(text) == nil) }

    @Test func originOfAnAuthority() {
        #expect(Origin(authority: "A:80", isSecure: false) == Origin("http://a"))
        #expect(Origin(authority: "a", isSecure: true) == Origin("https://a"))
        #expect(Origin(authority: "a", isSecure: true) != Origin("http://a"))
        #expect(Origin(authority: "a/b", isSecure: true) == nil)
    }

    @Test(arguments: [
        ("\"a b\"", "a b"), ("a-b_1", "a-b_1"), ("\"a\\\"b\\\\\"", "a\"b\\"), ("", nil),
        ("\"\"", nil),
        ("\"a", nil), ("a\"", nil), ("\"a\"b\"", nil), ("a b", nil), ("a,b", nil), ("\"\\a\"", nil),
        ("\"a\\\"", nil), ("\u{e4}", nil), ("\"", nil), (String(repeating: "a", count: 256), nil),
    ]) func idempotencyKeys(value: String, key: String?) {
        #expect(IdempotencyKey.parse(value) == key)
    }

    @Test(arguments: [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        (" text/plain ", "text/plain"), ("json", nil), ("/json", nil), ("a/", nil), ("a/b/c", nil),
        ("a/b c", nil), ("", nil), (";", nil),
    ]) func mediaTypes(value: String, essence: String?) {
        #expect(MediaType.essence(value) == essence)
        #expect(MediaType.isJSON("application/merge-patch+json"))
        #expect(!MediaType.isJSON("text/plain"))
    }
}

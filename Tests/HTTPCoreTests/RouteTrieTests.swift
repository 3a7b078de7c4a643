import HTTPCore
import Testing

struct RouteTrieTests {
    private let routes: [(method: HTTPMethod, pattern: String)] = [
        (.get, "/api/trades"), (.post, "/api/trades"), (.get, "/api/trades/{id}"),
        (.post, "/api/trades/quote"), (.post, "/api/trades/{id}/commit"),
        (.put, "/api/cargo/update/{id}"), (.get, "/api/inventory/{station}/{item}"),
        (.get, "/"), (.get, "/assets/{file*}"),
    ]

    private func trie() throws -> RouteTrie {
        var trie = RouteTrie()
        for (index, route) in routes.enumerated() {
            try trie.add(route.method, route.pattern, index)
        }
        return trie
    }

    private func found(
        _ method: HTTPMethod, _ path: String
    ) throws -> (pattern: String, values: [String])? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let match = try trie().match(method, path == "/" ? [] : segments.map { String($0) })
        guard case .found(let index, let parameters) = match else { return nil }
        return (routes[index].pattern, parameters.values)
    }

    @Test(arguments: [
        (HTTPMethod.get, "/", "/", [String]()), (.get, "/api/trades", "/api/trades", []),
        (.head, "/api/trades", "/api/trades", []), (.post, "/api/trades", "/api/trades", []),
        (.get, "/api/trades/t-1", "/api/trades/{id}", ["t-1"]),
        (.post, "/api/trades/quote", "/api/trades/quote", []),
        (.post, "/api/trades/quote/commit", "/api/trades/{id}/commit", ["quote"]),
        (
            .get, "/api/inventory/luna-1/water", "/api/inventory/{station}/{item}",
            ["luna-1", "water"]
        ),
        (.get, "/assets/css/page.css", "/assets/{file*}", ["css/page.css"]),
    ]) func finds(method: HTTPMethod, path: String, pattern: String, values: [String]) throws {
        let match = try #require(try found(method, path))
        #expect(match.pattern == pattern)
        #expect(match.values == values)
    }

    @Test(arguments: [
        "/nothing", "/api", "/api/trades/a/b", "/api//trades", "/api/trades/", "/assets",
        "/assets/", "/assets/a//b", "/api/inventory//water",
    ]) func findsNothing(path: String) throws {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if case .none = try trie().match(.get, segments.map { String($0) }) { return }
        Issue.record("\(path) has a route")
    }

    @Test func namesTheMethodsThatAPathHas() throws {
        guard case .wrongMethod(let allow) = try trie().match(.delete, ["api", "trades"]) else {
            Issue.record("DELETE has a route")
            return
        }
        #expect(allow == [.get, .head, .post, .options])
    }

    @Test func parametersHaveNames() throws {
        let match = try trie().match(.get, ["api", "inventory", "luna-1", "water"])
        guard case .found(_, let parameters) = match else {
            Issue.record("no route")
            return
        }
        #expect(parameters["station"] == "luna-1")
        #expect(parameters["item"] == "water")
        #expect(parameters["other"] == nil)
    }

    @Test(arguments: [
        "api", "", "/a//b", "/a/", "/{", "/{}", "/a{b}", "/{a*}/b", "/{a{b}}", "/api/trades",
    ]) func refusesPatterns(pattern: String) throws {
        var trie = try trie()
        #expect(throws: RouteError.self) { try trie.add(.get, pattern, 99) }
    }
}

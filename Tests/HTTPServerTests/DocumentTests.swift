import HTTPCore
import JSON
import Ledger
import Testing

@testable import HTTPServer

/// The documentation that is made from the route table.
@Suite struct DocumentTests {
    private func document() throws -> JSONValue {
        try JSONReader.parse(
            OpenAPI.document(RouteTable.all, version: "1").span, maximumDepth: 64)
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let root = try document()
        var references: Set<String> = []
        func visit(_ value: JSONValue) {
            if let members = value.object {
                for (key, member) in members {
                    if key == "$ref", let text = member.string { references.insert(text) }
                    visit(member)
                }
            }
            for element in value.array ?? [] { visit(element) }
        }
        visit(root)
        #expect(references.count > 40)
        for reference in references {
            var value: JSONValue? = root
            for part in reference.split(separator: "/").dropFirst() {
                value = value?[String(part)]
            }
            #expect(value != nil, "\(reference)")
        }
    }

    /// Two bodies of one name would be one schema, that of the first.
    @Test func bodiesHaveNamesOfTheirOwn() {
        var known: [String: [String]] = [:]
        for body in RouteTable.all.compactMap(\.body).flatMap({ [$0] + $0.variants }) {
            let fields = body.fields.map(\.name) + body.variants.map(\.name)
            #expect(known[body.name, default: fields] == fields, "\(body.name)")
            known[body.name] = fields
        }
        #expect(known.count > 30)
        let records = RecordSchemas.all.map(\.name)
        #expect(Set(records).count == records.count)
        #expect(Set(records).isDisjoint(with: known.keys))
    }

    @Test func everyRouteIsDescribed() throws {
        let root = try document()
        var names: Set<String> = []
        for route in RouteTable.all {
            let operation = root["paths"]?[route.pattern]?[route.method.rawValue.lowercased()]
            let name = try #require(operation?["operationId"]?.string, "\(route.pattern)")
            #expect(names.insert(name).inserted, "\(name) is there twice")
            #expect(operation?["responses"]?["default"] != nil)
        }
    }

    @Test func everyCommandIsThere() {
        for route in RouteTable.all {
            if case .command = route.handler { #expect(route.command != nil, "\(route.pattern)") }
        }
    }

    @Test func examplesFitTheirSchemas() throws {
        for route in RouteTable.all {
            guard let example = route.example, let body = route.body else { continue }
            let value = try JSONReader.parse(example.utf8.span)
            #expect(body.faults(value).isEmpty, "\(route.pattern): \(body.faults(value))")
        }
    }

    /// Every request with a body and every reply with one has an example.
    @Test func everyOperationHasExamples() throws {
        for route in RouteTable.all {
            let name = "\(route.method.rawValue) \(route.pattern)"
            if let body = route.body {
                #expect(body.exampleValue(route.example) != nil, "\(name)")
            }
            if let schema = route.schema {
                #expect(!RecordExample.of(schema).isNull, "\(name): \(schema)")
            }
            for parameter in route.pathParameters where !["id", "version"].contains(parameter) {
                #expect(ParameterExample.path(parameter, route.pattern) != "1", "\(name)")
            }
        }
    }

    @Test func everyCodeHasAnEntry() {
        let page = String(decoding: ErrorPage.response().body, as: UTF8.self)
        let others: Set<ErrorCode> = [.execAbort, .noGroup, .busyGroup, .noProto]
        for code in ErrorCode.allCases where !others.contains(code) {
            #expect(ErrorGuide.all.contains { $0.code == code }, "\(code)")
            #expect(page.contains("id=\"\(code.rawValue)\""))
        }
    }

    /// Status by code, as the contract has it.
    @Test(arguments: [
        ("SYNTAX", 400), ("NOAUTH", 401), ("WRONGPASS", 401), ("NOPERM", 403), ("NOTFOUND", 404),
        ("EXISTS", 409), ("CONFLICT", 409), ("OUTOFSTOCK", 409), ("NOCAPACITY", 409),
        ("BADSTATE", 409), ("CLOSED", 409), ("LIMIT", 413), ("RANGE", 422), ("NOPRICE", 422),
        ("REJECTED", 422), ("RULEERROR", 500), ("BUSY", 503), ("LOADING", 503), ("STALE", 503),
        ("READONLY", 503), ("NOSPACE", 507),
    ]) func statuses(code: String, status: Int) throws {
        let problem = Problem(try #require(ErrorCode(rawValue: code)), "x")
        #expect(problem.status == status)
        #expect(problem.fields.contains { $0.name.description == "Retry-After" } == (status == 503))
    }

    @Test func everyLinkOfThePagesLeadsSomewhere() {
        let pages = [
            "/": FrontPage.response(version: "1"),
            "/docs": ReferencePage.response(RouteTable.all, version: "1"),
            "/docs/errors": ErrorPage.response(),
        ].mapValues { String(decoding: $0.body, as: UTF8.self) }
        let paths = Set(RouteTable.all.filter { $0.method == .get }.map(\.pattern))
        for (name, html) in pages {
            var anchors: Set<Substring> = []
            for match in html.matches(of: /\sid="([^"]*)"/) {
                #expect(
                    anchors.insert(match.output.1).inserted, "\(name) has \(match.output.1) twice")
            }
            let links = html.matches(of: /\shref="([^"]*)"/).map(\.output.1)
            #expect(links.count > 2)
            for link in links where link != "data:," {
                #expect(
                    link.hasPrefix("#")
                        ? anchors.contains(link.dropFirst()) : paths.contains(String(link)),
                    "\(name) leads to \(link)")
            }
        }
        let reference = pages["/docs"] ?? ""
        for part in ["Rules", "Channels", "Users and tokens", "Server"] {
            #expect(reference.ranges(of: "<h3>\(part)</h3>").count == 1, "\(part)")
        }
        #expect(reference.contains("see <a href=\"/docs/errors\">"))
    }

    @Test func pagesHoldNoScript() {
        for page in [ReferencePage.response(RouteTable.all, version: "1"), ErrorPage.response()] {
            let html = String(decoding: page.body, as: UTF8.self)
            #expect(!html.contains("<script") && !html.contains("http://cdn"))
            let policy = page.fields.first { $0.name.description == "Content-Security-Policy" }
            #expect(policy?.value.contains("default-src 'none'") == true)
        }
    }
}

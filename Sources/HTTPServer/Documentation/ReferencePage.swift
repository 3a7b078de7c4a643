import HTTPCore
import Ledger

/// `/docs`: the route table as a page.
enum ReferencePage {
    static func response(_ routes: [Route], version: String) -> HTTPResponse {
        let tags = RouteTag.allCases.filter { tag in routes.contains { $0.tag == tag } }
        var html = "<h1>Entrepot \(PageShell.escaped(version)): HTTP</h1><nav>"
        html += "<a href=\"/\">Start</a>"
        for tag in tags {
            html += "<a href=\"#\(anchor(tag))\">\(PageShell.escaped(tag.rawValue))</a>"
        }
        html += "<a href=\"#schemas\">Replies</a><a href=\"/docs/errors\">Errors</a>"
        html += "<a href=\"/openapi.json\">OpenAPI</a></nav>" + introduction
        html += "<p>Below, * marks what must be there.</p>"
        for tag in tags {
            html += "<h2 id=\"\(anchor(tag))\">\(PageShell.escaped(tag.rawValue))</h2>"
            var group: String?
            for route in routes where route.tag == tag {
                if let next = Self.group(of: route), next != group {
                    html += "<h3>\(next)</h3>"
                    group = next
                }
                html += entry(route)
            }
        }
        html += "<h2 id=\"schemas\">Replies</h2>"
        for record in RecordSchemas.all { html += schema(record) }
        return PageShell.page("Entrepot: HTTP", html)
    }

    /// The part of the administration that a route belongs to.
    private static func group(of route: Route) -> String? {
        if route.tag != .admin { return nil }
        let parts = route.pattern.split(separator: "/")
        switch parts.count > 1 ? parts[1] : "" {
        case "plugins", "plugin-stats", "backtests": return "Rules"
        case "channels", "deliveries": return "Channels"
        case "users", "tokens": return "Users and tokens"
        default: return "Server"
        }
    }

    private static func anchor(_ tag: RouteTag) -> String {
        String(tag.rawValue.lowercased().filter { $0.isLetter })
    }

    /// The common text: paragraphs, and a list of the lines with a dash.
    private static var introduction: String {
        var html = ""
        var isList = false
        for line in ReferenceText.introduction.split(separator: "\n") {
            let isItem = line.hasPrefix("- ")
            if isItem != isList { html += isItem ? "<ul>" : "</ul>" }
            isList = isItem
            let text = isItem ? line.dropFirst(2) : line
            // The one link that it has.
            let marked = PageShell.marked(String(text)).replacing(
                "[/docs/errors](/docs/errors)", with: "<a href=\"/docs/errors\">/docs/errors</a>")
            html += isItem ? "<li>\(marked)</li>" : "<p>\(marked)</p>"
        }
        return isList ? html + "</ul>" : html
    }

    // MARK: Routes

    private static func entry(_ route: Route) -> String {
        var html =
            "<details id=\"\(OpenAPI.operationID(route))\"><summary>"
            + "<span class=\"m\">\(route.method.rawValue)</span>"
            + "<code>\(PageShell.escaped(route.pattern))</code>"
            + "<span class=\"s\">\(PageShell.marked(route.summary))</span></summary><div>"
        html += "<p>\(PageShell.marked(ReferenceText.description(of: route)))</p>"
        html += query(route)
        if let body = route.body { html += fields(body, route.bodyIsOptional) }
        if let example = route.example {
            html += "<h3>Example</h3><pre>\(PageShell.escaped(curl(route, example)))</pre>"
        }
        return html + answers(route) + "</div></details>"
    }

    private static func curl(_ route: Route, _ example: String) -> String {
        "curl -X \(route.method.rawValue) http://127.0.0.1:7480\(route.pattern) \\\n"
            + "  -H 'Authorization: Bearer TOKEN' -H 'Content-Type: \(route.mediaTypes[0])' \\\n"
            + "  -d '\(example)'"
    }

    private static func query(_ route: Route) -> String {
        let common = CommonParameter.allCases.filter { $0.applies(to: route) }.map(\.field)
        let fields = route.query + common
        if fields.isEmpty { return "" }
        var html = "<h3>Query</h3><div class=\"w\"><table><tr><th>name<th>form<th>what"
        for field in fields {
            let name = field.name + (field.isRequired ? " *" : "")
            html += row([
                code(name), PageShell.escaped(KindText.of(field.kind)),
                PageShell.marked(field.summary),
            ])
        }
        return html + "</table></div>"
    }

    private static func fields(_ body: BodySchema, _ isOptional: Bool) -> String {
        if !body.variants.isEmpty {
            return body.variants.map { fields($0, isOptional) }.joined()
        }
        if body.fields.isEmpty { return "" }
        var html = "<h3>Body\(isOptional ? " (may be left out)" : "")</h3>"
        html += "<p>\(PageShell.marked(body.summary))</p>"
        html += "<div class=\"w\"><table><tr><th>field<th>form<th>what" + rows(body, "")
        return html + "</table></div>"
    }

    private static func rows(_ body: BodySchema, _ prefix: String) -> String {
        var html = ""
        for field in body.fields {
            let name = prefix + field.name + (field.isRequired ? " *" : "")
            html += row([
                code(name), PageShell.escaped(KindText.of(field.kind)),
                PageShell.marked(field.summary),
            ])
            if case .list(let inner, _) = field.kind {
                html += rows(inner, prefix + field.name + "[].")
            }
        }
        return html
    }

    private static func answers(_ route: Route) -> String {
        guard let schema = route.schema else { return "" }
        var statuses = "\(route.status)"
        if case .created = route.answer { statuses = "201, or 200 for a repeat" }
        return "<p>Answers \(statuses) with <a href=\"#schema-\(schema)\">\(schema)</a>.</p>"
    }

    // MARK: Schemas

    private static func schema(_ record: RecordSchema) -> String {
        // Open, because a link leads to it and does not open what is closed.
        var html =
            "<details open id=\"schema-\(record.name)\"><summary><code>\(record.name)</code>"
            + "<span class=\"s\">\(PageShell.escaped(record.summary))</span></summary>"
            + "<div class=\"w\"><table><tr><th>field<th>form<th>what"
        for field in record.fields {
            let form = KindText.of(field.kind) + (field.isNullable ? " or null" : "")
            html += row([
                code(field.name), PageShell.escaped(form), PageShell.marked(field.summary),
            ])
        }
        return html + "</table></div></details>"
    }

    private static func code(_ text: String) -> String { "<code>\(PageShell.escaped(text))</code>" }

    private static func row(_ cells: [String]) -> String {
        "<tr>" + cells.map { "<td>" + $0 }.joined()
    }
}

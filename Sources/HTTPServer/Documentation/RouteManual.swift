import Domain
import HTTPCore
import Ledger

/// docs/routes.md: the route table as a manual's page (`entrepot routes docs`).
package enum RouteManual {
    package static func markdown(_ routes: [Route] = RouteTable.all) -> String {
        var text = """
            # Routes

            All that HTTP answers. How to log in, page, repeat and read refusals is in
            [rest.md](rest.md); bodies and replies field by field are on the server's own page
            `/docs` and in `/openapi.json`.

            This page is made from the route table, which also drives permissions and both of them:
            `entrepot routes docs > docs/routes.md`.

            """
        for tag in RouteTag.allCases {
            let rows = routes.filter { $0.tag == tag }
            if rows.isEmpty { continue }
            text +=
                "\n## \(tag.rawValue)\n\n| route | what | over TCP | role |\n|---|---|---|---|\n"
            for route in rows { text += row(route) }
        }
        return text
    }

    private static func row(_ route: Route) -> String {
        let query = route.query.map { $0.isRequired ? $0.name : "[\($0.name)]" }
        let suffix = query.isEmpty ? "" : " ? " + query.joined(separator: " ")
        let role =
            switch route.access {
            case .open: "–"
            case .role(let role): "\(role.name)"
            }
        let command = route.command.map { "`\($0.name)`" } ?? "–"
        return "| `\(route.method.rawValue) \(route.pattern)\(suffix)` | \(route.summary) "
            + "| \(command) | \(role) |\n"
    }
}

import HTTPCore

/// `/`: where to go from here.
enum FrontPage {
    private static let links: [(path: String, text: String)] = [
        ("/docs", "The API, route by route"), ("/docs/errors", "What refusals mean"),
        ("/openapi.json", "The same for programs: OpenAPI 3.1"),
        ("/metrics", "Figures for Prometheus; needs a log-in"),
        ("/healthz", "Whether the server is alive"),
        ("/readyz", "Whether it takes requests"),
    ]

    static func response(version: String) -> HTTPResponse {
        var html = "<h1>Entrepot \(PageShell.escaped(version))</h1>"
        html += "<p>The store behind a network of stations that trade.</p><ul>"
        for link in links {
            html += "<li><a href=\"\(link.path)\">\(link.path)</a>: \(link.text)</li>"
        }
        return PageShell.page("Entrepot", html + "</ul>")
    }
}

import HTTPCore
import Ledger

/// `/docs/errors`: every code with an anchor of its own, to which problems point.
enum ErrorPage {
    static func response() -> HTTPResponse {
        var html =
            "<h1>Errors</h1><nav><a href=\"/\">Start</a><a href=\"/docs\">All routes</a></nav>"
        html +=
            "<p>A refusal is <code>application/problem+json</code> with these codes; TCP says "
            + "the same ones. <code>errors</code> names the fields of a body by JSON pointers, "
            + "and parameters by their names.</p>"
        for guide in ErrorGuide.all {
            let code = guide.code.rawValue
            html += "<h2 id=\"\(code)\"><code>\(code)</code> \(guide.status)</h2>"
            html +=
                "<p><b>\(PageShell.escaped(guide.title)).</b> "
                + "\(PageShell.marked(guide.meaning))</p>"
        }
        return PageShell.page("Entrepot: errors", html)
    }
}

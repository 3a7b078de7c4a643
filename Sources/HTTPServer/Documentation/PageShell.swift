import Basics
import Crypto
import HTTPCore

/// The frame of the server's own pages: one style sheet inside the page, no script, nothing from
/// elsewhere.
enum PageShell {
    private static let style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--page:#fff;
        --box:#f6f8fa;--mark:#0b5fad}
        @media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--line:#30363d;
        --page:#0d1117;--box:#161b22;--mark:#7cb7ff}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1rem;max-width:60rem;background:var(--page);
        color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem;
        border-bottom:1px solid var(--line)}h3{font-size:1rem;margin:1rem 0 .25rem}
        h2 code{font-size:1em}:target{outline:2px solid var(--mark);outline-offset:2px}
        a{color:var(--mark)}nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:.5rem 0}
        code,pre{font:13px/1.45 ui-monospace,monospace}code{overflow-wrap:anywhere}
        pre{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.6rem;
        overflow-x:auto;margin:.5rem 0}
        details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0}
        summary{padding:.5rem .6rem;cursor:pointer;display:flex;flex-wrap:wrap;gap:.2rem .6rem;
        align-items:baseline}summary:focus-visible,a:focus-visible{outline:2px solid var(--mark)}
        details[open]>summary{border-bottom:1px solid var(--line)}
        details>div{padding:.4rem .6rem}.m{font:700 12px/1 ui-monospace,monospace;min-width:3.6rem}
        .s{color:var(--soft);flex-basis:100%}.w{display:block;overflow-x:auto}
        table{border-collapse:collapse;width:100%;margin:.4rem 0}
        td,th{text-align:left;vertical-align:top;padding:.25rem .5rem .25rem 0;
        border-bottom:1px solid var(--line)}td code{white-space:nowrap}
        th{color:var(--soft);font-weight:600;font-size:.85rem}
        @media(min-width:40rem){.s{flex-basis:auto;margin-left:auto}}
        """

    /// The style sheet's hash, which alone the policy lets through.
    private static let styleHash: String = {
        guard var hash = try? SHA256() else { return "" }
        hash.update(style.utf8.span)
        guard let digest = try? hash.finish() else { return "" }
        return Base64.encode(digest.span)
    }()

    /// A page.
    ///
    /// - Parameters:
    ///   - title: plain text.
    ///   - content: HTML.
    static func page(_ title: String, _ content: String) -> HTTPResponse {
        let html = """
            <!doctype html><html lang="en"><head><meta charset="utf-8">\
            <meta name="viewport" content="width=device-width,initial-scale=1">\
            <title>\(escaped(title))</title><link rel="icon" href="data:,">\
            <style>\(style)</style></head><body>\(content)</body></html>
            """
        return HTTPResponse(
            status: 200, contentType: "text/html; charset=utf-8",
            fields: [
                ("Cache-Control", "no-cache"),
                (
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'sha256-\(styleHash)'; img-src data:; "
                        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                ),
            ], body: Array(html.utf8))
    }

    /// Text as HTML shows it.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }

    /// Plain text in which `code` and **strong** text is marked, as HTML.
    static func marked(_ text: String) -> String {
        var result = ""
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false)
            .enumerated()
        {
            let safe = escaped(String(part))
            result += index % 2 == 1 ? "<code>\(safe)</code>" : strong(safe)
        }
        return result
    }

    private static func strong(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        var isOpen = false
        while let place = rest.firstRange(of: "**") {
            result += rest[..<place.lowerBound] + (isOpen ? "</b>" : "<b>")
            isOpen.toggle()
            rest = rest[place.upperBound...]
        }
        return result + rest
    }
}

import Basics
import JSON
import RESP

/// What the commands that ask a server have in common: log-in, refusals, and how replies are shown.
protocol ServerTalk {}

extension ServerTalk {
    /// Connects, logs in, and prints what `body` gives.
    static func run(
        _ invocation: Invocation,
        _ body: (inout ServerConnection) throws(ClientError) -> String
    ) -> ExitCode {
        do throws(ClientError) {
            var server = try ServerConnection.open(try ServerOptions(invocation))
            invocation.console.write(try body(&server))
            return .done
        } catch {
            invocation.console.complain("entrepot: \(error)\n")
            return error.exitCode
        }
    }

    /// The record that a request is answered with.
    static func document(
        _ server: inout ServerConnection, _ words: [String]
    ) throws(ClientError) -> JSONValue {
        let reply = try server.demand(words)
        guard let text = reply.text else { return .null }
        do throws(JSONError) { return try JSONReader.parse(text.utf8.span) } catch {
            throw ClientError("the server answered something that is no JSON")
        }
    }

    /// The records of all pages of a list.
    static func items(
        _ server: inout ServerConnection, _ words: [String]
    ) throws(ClientError) -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        repeat {
            let page = try document(&server, words + (cursor.map { ["CURSOR", $0] } ?? []))
            items += page["items"]?.array ?? []
            cursor = page["next"]?.string
        } while cursor != nil
        return items
    }

    /// The server's own JSON with `--json`, else a text for people.
    static func show(
        _ value: JSONValue, _ invocation: Invocation, _ plain: (JSONValue) -> String
    ) -> String {
        invocation.has("json") ? text(value) + "\n" : plain(value)
    }

    /// A value for people: a string without its quotes, nothing for null.
    static func text(_ value: JSONValue?) -> String {
        guard let value, !value.isNull else { return "" }
        if let string = value.string { return string }
        var buffer = ByteBuffer(capacity: 256)
        value.append(to: &buffer)
        return buffer.bytes.validatedText ?? ""
    }

    /// Rows below their heads, columns as wide as what stands in them.
    static func table(_ head: [String], _ rows: [[String]]) -> String {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.indices.map { column in
                column == row.count - 1
                    ? row[column]
                    : row[column]
                        + String(repeating: " ", count: widths[column] - row[column].count)
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}

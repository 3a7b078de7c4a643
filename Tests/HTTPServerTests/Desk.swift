import Accounts
import Basics
import Connections
import Domain
import Glibc
import HTTPCore
import JSON
import Ledger
import Storage
import System
import Testing

@testable import HTTPServer

/// A ledger over a store of its own, asked through the route table without a network.
final class Desk {
    private static let trie: RouteTrie = {
        var trie = RouteTrie()
        for (index, route) in RouteTable.all.enumerated() {
            do throws(RouteError) { try trie.add(route.method, route.pattern, index) } catch {
                Issue.record("\(route.method.rawValue) \(route.pattern): \(error.reason)")
            }
        }
        return trie
    }()

    private let folder: String
    let ledger: Ledger
    let runner: RouteRunner

    init(market: Bool = true) throws {
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var generator = SystemRandomNumberGenerator()
        folder =
            "\(parent)/entrepot-test-\(getpid())-\(String(generator.next() as UInt64, radix: 36))"
        try FileSystem.makeFolder(folder)
        var storeOptions = StoreOptions()
        storeOptions.syncPolicy = .off
        storeOptions.blockCacheBytes = 8 << 20
        storeOptions.writeBufferBytes = 1 << 20
        var options = LedgerOptions()
        options.syncPolicy = .off
        options.limits.freeSpaceFloorBytes = 0
        options.limits.freeSpaceFloorPercent = 0
        ledger = try Ledger(
            store: try Store(directory: folder, options: storeOptions), options: options,
            clock: SystemClock(), wake: {}, fail: { Issue.record("the ledger failed: \($0)") })
        runner = RouteRunner(ledger: LedgerPort(ledger), limits: options.limits)
        settle()
        if market { try setUpMarket() }
    }

    deinit {
        try? ledger.stop()
        try? FileSystem.removeTree(folder)
    }

    func settle() {
        ledger.closeGroup()
        while ledger.hasUndurable {
            ledger.collectDurable()
            ledger.closeGroup()
            if ledger.hasUndurable { usleep(50) }
        }
    }

    private func setUpMarket() throws {
        for (path, body) in [
            ("/api/stations", #"{"id":"luna","position":{"x":0,"y":0,"z":0}}"#),
            ("/api/stations", #"{"id":"mars","position":{"x":3,"y":4,"z":0}}"#),
            ("/api/stations", #"{"id":"vega"}"#),
            ("/api/items", #"{"id":"water","price":"12.50","currency":"CR","mass":1}"#),
            ("/api/items", #"{"id":"ore"}"#), ("/api/ships", #"{"id":"hermes","mass":500}"#),
            ("/api/inventory/luna/water", #"{"action":"add","quantity":100}"#),
        ] {
            let answer = try ask("POST", path, body)
            if answer.status >= 300 { Issue.record("\(path) \(body): \(answer.text)") }
        }
    }

    /// One request and its answer, durable.
    ///
    /// - Parameters:
    ///   - fields: lines such as `If-Match: "4"`.
    ///   - words: false: runs nothing, gives the words of the command in place of the body.
    @discardableResult
    func ask(
        _ method: String, _ target: String, _ body: String? = nil, fields: [String] = [],
        as caller: Caller? = .local, words: Bool = false
    ) throws -> Reaction {
        let request = try Self.request(method, target, body, fields)
        guard let known = request.head.method else { return Reaction(.noRoute) }
        do throws(Problem) {
            let outcome: RouteOutcome
            switch Self.trie.match(known, request.target.segments) {
            case .found(let index, let parameters):
                let route = RouteTable.all[index]
                let input = try runner.prepare(
                    route, request, parameters: parameters, caller: caller)
                guard case .command(let call) = route.handler else {
                    return Reaction(HTTPResponse(status: 200))
                }
                if words { return try Self.words(call, input) }
                outcome = try runner.run(input, call, isBehindWrites: false)
            case .wrongMethod(let allow): throw .wrongMethod(method, allow: allow)
            case .none: throw .noRoute
            }
            settle()
            switch outcome {
            case .response(let response, _): return Reaction(response)
            default: return Reaction(HTTPResponse(status: 102))
            }
        } catch {
            settle()
            return Reaction(error.response(instance: request.head.rawPath))
        }
    }

    private static func words(
        _ call: CommandCall, _ input: RouteInput
    ) throws(Problem) -> Reaction {
        var words = ArgumentVector()
        try call.build(input, &words)
        var text: [String] = []
        for index in 0..<words.count {
            let word = words[index].validatedText ?? "?"
            text.append(word.contains(" ") ? "'\(word)'" : word)
        }
        return Reaction(.text(200, text.joined(separator: " ")))
    }

    static func request(
        _ method: String, _ target: String, _ body: String?, _ fields: [String]
    ) throws -> HTTPRequest {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: test"] + fields
        if body != nil, !fields.contains(where: { $0.hasPrefix("Content-Type") }) {
            lines.append("Content-Type: application/json")
        }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n"
        var parser = RequestParser()
        guard case .request(let head, _) = parser.parse(text.utf8.span) else {
            throw Malformed(text: text)
        }
        return HTTPRequest(
            head: head, target: try RequestTarget(head), body: Array((body ?? "").utf8),
            peer: "127.0.0.1")
    }

    struct Malformed: Error { let text: String }
}

/// What came back.
struct Reaction {
    let status: Int
    let text: String
    let fields: [String: String]

    init(_ response: HTTPResponse) {
        status = response.status
        text = String(decoding: response.body, as: UTF8.self)
        var fields: [String: String] = [:]
        for (name, value) in response.fields { fields["\(name)"] = value }
        self.fields = fields
    }

    init(_ problem: Problem) { self.init(problem.response(instance: "/")) }

    /// The value at a path such as `errors.0.pointer`, as a short text.
    func at(_ path: String) -> String {
        guard var value = try? JSONReader.parse(text.utf8.span) else { return "no JSON" }
        for part in path.split(separator: ".") {
            let next =
                if let index = Int(part), let array = value.array {
                    index < array.count ? array[index] : nil
                } else { value[String(part)] }
            guard let next else { return "no \(part)" }
            value = next
        }
        if let string = value.string { return string }
        var buffer = ByteBuffer(capacity: 64)
        value.append(to: &buffer)
        return buffer.bytes.validatedText ?? ""
    }
}

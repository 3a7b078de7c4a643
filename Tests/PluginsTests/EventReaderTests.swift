import Basics
import Domain
import Plugins
import Testing

@Suite("Exported events, read back")
struct EventReaderTests {
    private let head = "\"time\":\"2026-11-20T00:00:00Z\",\"actor\":\"ada\""

    private func read(_ text: String) -> String {
        do throws(EventDocumentError) {
            let event = try EventReader(market: MarketState()).event(text.utf8.span)
            return event.map { "\($0.type.name)" } ?? "passed over"
        } catch { return error.message }
    }

    @Test("what is no event is told, with its place")
    func mistakes() {
        let item = "\"after\":{\"id\":\"water\",\"mass\":1.5,\"volume\":0,\"status\":\"active\","
        for (text, expected) in [
            ("", "it is no JSON"), ("{", "it is no JSON"), ("7", "event is no object"),
            ("{}", "event.seq is missing"), ("{\"seq\":-1}", "event.seq is below 0"),
            ("{\"seq\":\"7\"}", "event.seq is no integer"),
            ("{\"seq\":7}", "event 7.type is missing"),
            ("{\"seq\":7,\"type\":\"moon.landed\"}", "passed over"),
            ("{\"seq\":7,\"type\":\"plugin.mode\",\(head),\"data\":{}}", "passed over"),
            ("{\"seq\":7,\"type\":\"rate.set\"}", "event 7.time is missing"),
            ("{\"seq\":7,\"type\":\"rate.set\",\(head)}", "event 7.data is missing"),
            (
                "{\"seq\":7,\"type\":\"rate.set\",\(head),\"data\":{\"base\":\"CR\"}}",
                "event 7.data.quote is missing"
            ),
            (
                "{\"seq\":7,\"type\":\"rate.set\",\(head),\"data\":{\"base\":\"CR\","
                    + "\"quote\":\"EUR\",\"rate\":\"0\"}}", "event 7.data.rate is no rate"
            ),
            (
                "{\"seq\":7,\"type\":\"rate.set\",\(head),\"data\":{\"base\":\"CR\","
                    + "\"quote\":\"EUR\",\"rate\":\"1.5\"}}", "rate.set"
            ),
            (
                "{\"seq\":7,\"type\":\"item.added\",\(head),\"data\":{\(item)\"price\":\"1.5\","
                    + "\"currency\":\"CR\",\"seq\":7}}}", "item.added"
            ),
            (
                "{\"seq\":7,\"type\":\"item.added\",\(head),\"data\":{\(item)\"price\":\"x\","
                    + "\"currency\":\"CR\",\"seq\":7}}}",
                "event 7.data.after.price is no amount of CR"
            ),
            (
                "{\"seq\":7,\"type\":\"trade.initiated\",\(head),\"data\":{\"trade\":{\"currency\":"
                    + "\"CR\",\"lines\":[{\"item\":\"water\"}]}}}",
                "event 7.data.trade.lines[0].quantity is missing"
            ),
        ] { #expect(read(text).hasPrefix(expected), "\(text): \(read(text))") }
    }

    @Test("a truncated event never makes an event")
    func truncated() {
        let text =
            "{\"seq\":7,\"type\":\"currency.added\",\(head),\"data\":{\"before\":null,\"after\":"
            + "{\"code\":\"EUR\",\"name\":\"Euro\",\"scale\":3,\"seq\":7}}}"
        #expect(read(text) == "currency.added")
        for length in 0..<text.utf8.count {
            #expect(read(String(text.prefix(length))).hasPrefix("it is no JSON"))
        }
    }
}

import Testing
import WebSocket

struct CloseCodeTests {
    @Test func hasTheCodesOfTheFeed() { #expect(CloseCode.expired.rawValue == 4_401) }
}

import HTTPServer
import Testing

struct ServerFieldTests {
    @Test func tellsNoVersion() { #expect(serverField.description == "entrepot") }
}

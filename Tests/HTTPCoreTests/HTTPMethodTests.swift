import HTTPCore
import Testing

struct HTTPMethodTests {
    @Test func knowsMethodsByTheirExactName() {
        #expect(HTTPMethod(rawValue: "GET") == .get)
        #expect(HTTPMethod(rawValue: "get") == nil)
    }
}

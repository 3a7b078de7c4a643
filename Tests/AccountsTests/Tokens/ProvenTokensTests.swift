import Accounts
import Basics
import Domain
import Testing

struct ProvenTokensTests {
    @Test func boundedAndExact() throws {
        let proven = try ProvenTokens(capacity: 2)
        func recall(_ text: String) -> ProvenTokens.Token? { proven.recall(text.utf8.span) }
        func id(_ number: Int) throws -> Identifier { try Identifier(name: "g-\(number)") }
        #expect(recall("t-0") == nil)
        for number in 0..<10 {
            proven.keep(.api(try id(number)), of: "t-\(number)".utf8.span)
            #expect(recall("t-\(number)") == .api(try id(number)))
            #expect(recall("t-\(number) ") == nil)
            if number == 0 { continue }
            // What is asked for stays.
            #expect(recall("t-0") == .api(try id(0)))
        }
        #expect(proven.count <= 4)
        #expect(recall("t-1") == nil)
    }

    @Test func longTextsAreNoTokens() throws {
        let proven = try ProvenTokens()
        let text = String(repeating: "a", count: JWT.maximumBytes + 1)
        proven.keep(.api(Identifier(literal: "g")), of: text.utf8.span)
        #expect(proven.count == 0)
    }
}

import TLS
import Testing

struct TLSVersionTests {
    @Test func speaksNothingOlderThan12() {
        #expect(TLSVersion.allCases.map(\.rawValue) == ["1.2", "1.3"])
    }
}

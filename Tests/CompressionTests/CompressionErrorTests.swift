import Compression
import Testing

struct CompressionErrorTests {
    @Test func namesTheNumber() { #expect(CompressionError(number: -5).number == -5) }
}

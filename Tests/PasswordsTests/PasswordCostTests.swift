import Passwords
import Testing

struct PasswordCostTests {
    @Test func keepsWhatItIsGiven() {
        #expect(PasswordCost(memoryKiB: 19_456, passes: 2).memoryKiB == 19_456)
    }
}

/// What one hash of a password costs, by the recommendation of RFC 9106 for servers.
package struct PasswordCost: Sendable, Equatable {
    /// Memory in KiB.
    package let memoryKiB: UInt32
    /// Passes over that memory.
    package let passes: UInt32

    package init(memoryKiB: UInt32, passes: UInt32) {
        self.memoryKiB = memoryKiB
        self.passes = passes
    }
}

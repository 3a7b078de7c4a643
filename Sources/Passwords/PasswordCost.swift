/// What one hash of a password costs.
package struct PasswordCost: Sendable, Equatable {
    /// Memory in KiB: 8 or more.
    package let memoryKiB: UInt32
    /// Passes over that memory: 1 or more.
    package let passes: UInt32
    /// Lanes, worked off one after another: 1 or more.
    package let lanes: UInt32

    package init(memoryKiB: UInt32, passes: UInt32, lanes: UInt32 = 1) {
        self.memoryKiB = memoryKiB
        self.passes = passes
        self.lanes = lanes
    }

    /// 19 MiB and two passes, as OWASP recommends for Argon2id: about 20 ms of one core.
    package static let standard = PasswordCost(memoryKiB: 19_456, passes: 2)

    /// The most that a stored hash may ask for: 256 MiB, 16 passes, 8 lanes. Hashes that other
    /// programs made with their usual costs lie inside.
    package static let greatest = PasswordCost(memoryKiB: 262_144, passes: 16, lanes: 8)

    /// Whether a server may be asked for it.
    var isBearable: Bool {
        let least = lanes.multipliedReportingOverflow(by: 8)
        return lanes >= 1 && lanes <= Self.greatest.lanes && !least.overflow
            && memoryKiB >= least.partialValue && memoryKiB <= Self.greatest.memoryKiB
            && passes >= 1 && passes <= Self.greatest.passes
    }
}

import Basics
import Domain

/// The random numbers of one call: the same on every run of the same version over the same trade
/// or event.
struct RuleRandom {
    private var state: UInt64

    /// Before the first call.
    static let unset = RuleRandom(state: 0)

    private init(state: UInt64) { self.state = state }

    /// - Parameters:
    ///   - version: the digest of the plugin's version.
    ///   - subject: the id of the trade or shipment, or of the event.
    ///   - salt: tells the calls about one subject apart.
    init(version: Digest128, subject: Span<UInt8>, salt: UInt64) {
        let hash = FastHash.hash64(subject, seed: version.high ^ salt)
        state = FastHash.mix(hash ^ version.low)
    }

    /// What `math.random` is seeded with.
    var seed: UInt64 { state }

    /// The next 64 bits (SplitMix64).
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number of [0, 1).
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// An integer of `low...high`, each as likely as the others to within 2⁻⁶⁴.
    mutating func integer(_ low: Int64, _ high: Int64) -> Int64 {
        let width = UInt64(bitPattern: high &- low)
        if width == .max { return Int64(bitPattern: next()) }
        let offset = next().multipliedFullWidth(by: width + 1).high
        return Int64(bitPattern: UInt64(bitPattern: low) &+ offset)
    }
}

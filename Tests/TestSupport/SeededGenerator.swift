/// SplitMix64: the same numbers for the same seed on every machine.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// Numbers of every length, so that small and extreme ones are as frequent as others.
    package mutating func anyLengthInteger() -> Int64 {
        let bits = next() % 65
        if bits == 64 { return [.min, .max, .min + 1, -1][Int(next() % 4)] }
        return Int64(bitPattern: next()) >> Int64(bits)
    }
}

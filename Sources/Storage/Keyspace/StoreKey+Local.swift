extension StoreKey {
    /// `local`: any bytes, at most 72 of them (more are cut off).
    package static func local(_ bytes: [UInt8]) -> StoreKey {
        var result = StoreKey()
        for byte in bytes.prefix(72) { result.append(byte) }
        return result
    }
}

import Domain

/// The rows of the reads.
extension CommandTable {
    static let catalogReads: [CommandSpec] = []
    static let inventoryReads: [CommandSpec] = []
    static let tradeReads: [CommandSpec] = []
    static let cargoReads: [CommandSpec] = []
}

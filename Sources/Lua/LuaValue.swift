/// A value copied out of a Lua state: it holds nothing of the state and outlives it.
package enum LuaValue: Sendable, Equatable {
    case none
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case table(LuaTable)
    /// A function: only that there is one. `LuaMachine.function(at:)` gives what can be called.
    case function
    /// A value of the host, such as money.
    case hostValue(LuaHostValue)

    /// The word for the kind of value, as messages name it.
    package var kind: String {
        switch self {
        case .none: "nil"
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .table: "table"
        case .function: "function"
        case .hostValue: "userdata"
        }
    }
}

/// A value that only the host can make and compute with: 16 bytes whose meaning its tag gives.
package struct LuaHostValue: Sendable, Equatable {
    /// The number of its type in the interface, from 0.
    package var tag: Int
    /// The first 8 bytes; of money, the amount in minor units.
    package var first: Int64
    /// The other 8 bytes; of money, the number of the currency.
    package var second: Int64

    @inlinable package init(tag: Int, first: Int64, second: Int64) {
        self.tag = tag
        self.first = first
        self.second = second
    }
}

/// A key of a table.
package enum LuaKey: Sendable, Hashable {
    case integer(Int64)
    case string(String)
}

extension LuaKey: Comparable {
    package static func < (left: LuaKey, right: LuaKey) -> Bool {
        switch (left, right) {
        case (.integer(let first), .integer(let second)): first < second
        case (.integer, .string): true
        case (.string, .integer): false
        case (.string(let first), .string(let second)):
            first.utf8.lexicographicallyPrecedes(second.utf8)
        }
    }
}

/// A table copied out of a Lua state: its pairs by key, integers first, then strings by bytes.
///
/// Lua itself keeps no order, so this one makes every reader see the same.
package struct LuaTable: Sendable, Equatable {
    /// One entry.
    package struct Pair: Sendable, Equatable {
        package let key: LuaKey
        package let value: LuaValue
    }

    /// The entries in order.
    package let pairs: [Pair]

    init(_ pairs: [Pair]) { self.pairs = pairs.sorted { $0.key < $1.key } }

    /// The value at `key`, or `none`. Complexity: O(entries).
    package subscript(_ key: String) -> LuaValue {
        pairs.first { $0.key == .string(key) }?.value ?? .none
    }

    /// The values at 1, 2, … if these are the only keys, else nil.
    package var list: [LuaValue]? {
        for (index, pair) in pairs.enumerated() where pair.key != .integer(Int64(index) + 1) {
            return nil
        }
        return pairs.map(\.value)
    }
}

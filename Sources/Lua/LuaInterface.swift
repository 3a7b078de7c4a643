/// What a machine offers to its script besides the standard libraries.
///
/// Make one for the whole process and hand it to every machine. Numbers that the host is called
/// with are positions in these lists.
package struct LuaInterface: Sendable {
    /// Something that a script finds by name: `name` alone is a global, `table.name` stands in a
    /// read-only table.
    package enum Entry: Sendable {
        /// Calls `LuaHost.call` with the arguments of the script.
        case function(String)
        /// Calls `LuaHost.call` without arguments on each read; only inside a table.
        case field(String)
    }

    /// A kind of host value, such as money.
    package struct ValueType: Sendable {
        /// As messages name it: "money".
        package let name: String
        /// Methods, called as `value:method(…)`; at most 32.
        package let methods: [String]

        package init(name: String, methods: [String]) {
            self.name = name
            self.methods = methods
        }
    }

    /// A kind of record.
    package struct RecordType: Sendable {
        /// As messages name it: "trade", for "no field 'x' in a trade".
        package let name: String
        /// All fields, in the order of `LuaInput`'s slots.
        package let fields: [String]

        package init(name: String, fields: [String]) {
            self.name = name
            self.fields = fields
        }
    }

    /// The lines that the C layer reads.
    let description: [UInt8]
    private let fieldCounts: [Int]

    /// Names hold neither tabs nor line breaks.
    package init(entries: [Entry], values: [ValueType], records: [RecordType]) {
        var lines = ""
        for entry in entries {
            switch entry {
            case .function(let path): lines += "F \(path)\n"
            case .field(let path): lines += "V \(path)\n"
            }
        }
        for value in values {
            lines += "T " + ([value.name] + value.methods).joined(separator: "\t") + "\n"
        }
        for record in records {
            lines += "R " + ([record.name] + record.fields).joined(separator: "\t") + "\n"
        }
        description = Array(lines.utf8)
        fieldCounts = records.map(\.fields.count)
    }

    /// What `LuaInput` needs of the record type at `index` of the list; an index that is not there
    /// gives a shape without fields, which Lua refuses.
    package func shape(_ index: Int) -> LuaRecordShape {
        guard fieldCounts.indices.contains(index) else {
            return LuaRecordShape(number: 0, count: 0)
        }
        return LuaRecordShape(number: UInt32(index) + 1, count: fieldCounts[index])
    }
}

/// A record type as `LuaInput` writes it.
package struct LuaRecordShape: Sendable {
    @usableFromInline let number: UInt32
    @usableFromInline let count: Int
}

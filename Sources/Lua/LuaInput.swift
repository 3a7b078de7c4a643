/// Places for values in a `LuaInput`: the fields of one record, the elements of one list, …
package struct LuaSlots: Sendable {
    @usableFromInline let offset: Int
    /// How many there are.
    package let count: Int

    @usableFromInline init(offset: Int, count: Int) {
        self.offset = offset
        self.count = count
    }
}

/// The kinds of cells, with the numbers of ENTREPOT_CELL_…, which inlined code cannot name.
@usableFromInline enum LuaCellKind: UInt8 {
    case none, no, yes, integer, number, string, hostValue, record, list, map
}

/// Values for a script to read: the arguments of a call, or the result of a host function.
///
/// A flat buffer that Lua reads in place, so writing is cheap (about 5 ns a number, 10 ns a short
/// string) and only fields that a script looks at cost more. The script sees records, lists and
/// maps as read-only tables, valid until its call ends. Keep one and `reset` it: its buffer stays.
///
/// Ownership: noncopyable; frees its buffer. Slots belong to the input that gave them, until its
/// next `reset`; a position outside them is a fault of the caller and ends the process.
@safe package struct LuaInput: ~Copyable, @unchecked Sendable {
    // Invariant: `memory` has `capacity` bytes, the first `length` are written, and `length` is a
    // multiple of 8. All cells lie below `length`. Nothing else points into it.
    @usableFromInline var memory: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    @usableFromInline package private(set) var length: Int
    /// The arguments, or the one result.
    package private(set) var root: LuaSlots

    /// - Parameter count: number of arguments, 1 for a result; all are nil at first.
    package init(count: Int = 1) {
        capacity = 1_024
        unsafe memory = .allocate(byteCount: capacity, alignment: 16)
        length = 0
        root = LuaSlots(offset: 0, count: 0)
        reset(count: count)
    }

    deinit { unsafe memory.deallocate() }

    /// Drops everything and makes room for `count` arguments.
    package mutating func reset(count: Int = 1) {
        length = 0
        root = cells(max(count, 0))
    }

    /// Makes slot `index` a boolean.
    @inlinable package mutating func set(_ slots: LuaSlots, _ index: Int, _ flag: Bool) {
        write(slots, index, kind: flag ? .yes : .no)
    }

    /// Makes slot `index` an integer.
    @inlinable package mutating func set(_ slots: LuaSlots, _ index: Int, _ number: Int64) {
        write(
            slots, index, kind: .integer, payload: UInt64(bitPattern: number))
    }

    /// Makes slot `index` a float.
    @inlinable package mutating func set(_ slots: LuaSlots, _ index: Int, _ number: Double) {
        write(slots, index, kind: .number, payload: number.bitPattern)
    }

    /// Makes slot `index` a string; bytes beyond 64 KiB are cut off.
    @inlinable package mutating func set(_ slots: LuaSlots, _ index: Int, _ text: Span<UInt8>) {
        let count = min(text.count, 65_536)
        let place = room((count + 7) & ~7)
        unsafe text.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress {
                unsafe (memory + place).copyMemory(from: start, byteCount: count)
            }
        }
        write(
            slots, index, kind: .string, length: UInt32(count),
            payload: UInt64(place))
    }

    /// Makes slot `index` a string.
    @inlinable package mutating func set(_ slots: LuaSlots, _ index: Int, _ text: String) {
        var text = text
        text.makeContiguousUTF8()
        set(slots, index, text.utf8.span)
    }

    /// Makes slot `index` a host value.
    @inlinable package mutating func set(_ slots: LuaSlots, _ index: Int, _ value: LuaHostValue) {
        let place = room(16)
        unsafe memory.storeBytes(of: value.first, toByteOffset: place, as: Int64.self)
        unsafe memory.storeBytes(of: value.second, toByteOffset: place + 8, as: Int64.self)
        write(
            slots, index, kind: .hostValue, tag: UInt8(clamping: value.tag),
            payload: UInt64(place))
    }

    /// Makes slot `index` nil, as it is from the start.
    @inlinable package mutating func setNone(_ slots: LuaSlots, _ index: Int) {
        write(slots, index, kind: .none)
    }

    /// Makes slot `index` a record and returns the slots of its fields, all nil.
    @inlinable package mutating func record(
        _ slots: LuaSlots, _ index: Int, _ shape: LuaRecordShape
    ) -> LuaSlots {
        let inner = cells(shape.count)
        write(
            slots, index, kind: .record, length: shape.number,
            payload: UInt64(inner.offset))
        return inner
    }

    /// Makes slot `index` a list and returns the slots of its elements, all nil.
    @inlinable package mutating func list(
        _ slots: LuaSlots, _ index: Int, count: Int
    ) -> LuaSlots {
        let inner = cells(count)
        write(
            slots, index, kind: .list, length: UInt32(clamping: count),
            payload: UInt64(inner.offset))
        return inner
    }

    /// Makes slot `index` a map from strings and returns slots key, value, key, value, …
    ///
    /// The script walks it in the order written: write keys by bytes, each once.
    @inlinable package mutating func map(
        _ slots: LuaSlots, _ index: Int, count: Int
    ) -> LuaSlots {
        let inner = cells(count * 2)
        write(
            slots, index, kind: .map, length: UInt32(clamping: count),
            payload: UInt64(inner.offset))
        return inner
    }

    /// Calls `body` with the written bytes.
    @unsafe func withBytes<Result>(
        _ body: (UnsafeMutableRawPointer, Int) -> Result
    ) -> Result {
        unsafe body(memory, length)
    }

    @inlinable mutating func write(
        _ slots: LuaSlots, _ index: Int, kind: LuaCellKind, tag: UInt8 = 0, length: UInt32 = 0,
        payload: UInt64 = 0
    ) {
        precondition(index >= 0 && index < slots.count && slots.offset < self.length)
        // The layout of entrepot_lua_cell, on a little-endian machine.
        let head = UInt64(kind.rawValue) | UInt64(tag) << 8 | UInt64(length) << 32
        let place = slots.offset + index * 16
        unsafe memory.storeBytes(of: head, toByteOffset: place, as: UInt64.self)
        unsafe memory.storeBytes(of: payload, toByteOffset: place + 8, as: UInt64.self)
    }

    @usableFromInline mutating func cells(_ count: Int) -> LuaSlots {
        let place = room(count * 16)
        unsafe (memory + place).initializeMemory(as: UInt8.self, repeating: 0, count: count * 16)
        return LuaSlots(offset: place, count: count)
    }

    /// Reserves `size` bytes, a multiple of 8, and returns where.
    @inlinable mutating func room(_ size: Int) -> Int {
        if size > capacity - length { grow(size) }
        let place = length
        length += size
        return place
    }

    @usableFromInline mutating func grow(_ size: Int) {
        var enough = capacity
        while enough - length < size { enough *= 2 }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: enough, alignment: 16)
        unsafe larger.copyMemory(from: memory, byteCount: length)
        unsafe memory.deallocate()
        unsafe memory = larger
        capacity = enough
    }
}

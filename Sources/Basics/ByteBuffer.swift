/// A growable, uniquely owned run of bytes: the one scratch space for encoding, parsing and I/O.
///
/// Ownership: noncopyable; a copy is always spelled `append`. Appending never copies more than the
/// growth rule asks for (capacity doubles), and `removeAll` keeps the storage for the next use.
/// Threading: none of its own; whoever owns the buffer owns its bytes.
package struct ByteBuffer: ~Copyable, @unchecked Sendable {
    // Invariant: `base` points to `capacity` bytes of which the first `count` are initialised, and
    // nothing else in the process holds that pointer outside a closure called by this type.
    // That unique ownership is also why moving it between threads is safe.
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline package private(set) var capacity: Int
    /// The number of bytes written.
    @usableFromInline package internal(set) var count: Int

    /// - Parameter capacity: bytes to reserve; at least 16 are.
    package init(capacity: Int = 256) {
        let bytes = max(capacity, 16)
        base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
        self.capacity = bytes
        count = 0
    }

    deinit { base.deallocate() }

    @inlinable package var isEmpty: Bool { count == 0 }

    /// Everything written so far.
    @inlinable package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let pointer = UnsafeBufferPointer(
                start: base.assumingMemoryBound(to: UInt8.self), count: count)
            return _overrideLifetime(Span(_unsafeElements: pointer), borrowing: self)
        }
    }

    /// The bytes of `range`; traps if it is not inside `0..<count`.
    @inlinable @_lifetime(borrow self)
    package func bytes(in range: Range<Int>) -> Span<UInt8> {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let pointer = UnsafeBufferPointer(
            start: (base + range.lowerBound).assumingMemoryBound(to: UInt8.self), count: range.count
        )
        return _overrideLifetime(Span(_unsafeElements: pointer), borrowing: self)
    }

    @inlinable package subscript(_ index: Int) -> UInt8 {
        get {
            precondition(index >= 0 && index < count)
            return base.load(fromByteOffset: index, as: UInt8.self)
        }
        set {
            precondition(index >= 0 && index < count)
            base.storeBytes(of: newValue, toByteOffset: index, as: UInt8.self)
        }
    }

    /// Makes room for `additional` more bytes.
    @inlinable package mutating func reserve(_ additional: Int) {
        if count + additional > capacity { grow(additional) }
    }

    @usableFromInline mutating func grow(_ additional: Int) {
        let wanted = max(capacity * 2, count + additional)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
        capacity = wanted
    }

    /// Forgets the bytes and keeps the storage, unless it has grown beyond `keeping`.
    @inlinable package mutating func removeAll(keeping: Int = .max) {
        count = 0
        if capacity > keeping { shrink(to: keeping) }
    }

    @usableFromInline mutating func shrink(to bytes: Int) {
        let wanted = max(bytes, count, 16)
        let smaller = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        smaller.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = smaller
        capacity = wanted
    }

    /// Drops the first `number` bytes and moves the rest to the front. Complexity: O(count).
    package mutating func removeFirst(_ number: Int) {
        precondition(number >= 0 && number <= count)
        if number == 0 { return }
        count -= number
        memmoveBytes(base, base + number, count)
    }

    /// Cuts the buffer back to its first `newCount` bytes.
    @inlinable package mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count)
        count = newCount
    }

    // MARK: Appending

    @inlinable package mutating func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    @inlinable package mutating func append(_ source: Span<UInt8>) {
        let length = source.count
        reserve(length)
        source.withUnsafeBufferPointer { pointer in
            if let start = pointer.baseAddress {
                (base + count).copyMemory(from: start, byteCount: length)
            }
        }
        count += length
    }

    @inlinable package mutating func append(_ source: [UInt8]) { append(source.span) }

    @inlinable package mutating func append(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        reserve(length)
        (base + count).copyMemory(from: text.utf8Start, byteCount: length)
        count += length
    }

    @inlinable package mutating func append(_ text: String) {
        append(text.utf8)
    }

    @inlinable package mutating func append(_ text: String.UTF8View) {
        let done: Void? = text.withContiguousStorageIfAvailable { pointer in
            reserve(pointer.count)
            if let start = pointer.baseAddress {
                (base + count).copyMemory(from: start, byteCount: pointer.count)
            }
            count += pointer.count
        }
        if done == nil { for byte in text { append(byte) } }
    }

    /// Appends `number` in decimal. Complexity: O(digits), no allocation.
    @inlinable package mutating func append(decimal number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude)
    }

    @inlinable package mutating func append(decimal number: Int) { append(decimal: Int64(number)) }

    /// Appends `number` in decimal. Complexity: O(digits), no allocation.
    @inlinable package mutating func append(decimal number: UInt64) {
        reserve(20)
        if number < 10 {
            append(UInt8(truncatingIfNeeded: number) &+ 48)
            return
        }
        var digits = 0
        var rest = number
        while rest > 0 {
            rest /= 10
            digits += 1
        }
        rest = number
        var position = count + digits
        while rest > 0 {
            position -= 1
            let quotient = rest / 10
            base.storeBytes(
                of: UInt8(truncatingIfNeeded: rest &- quotient &* 10) &+ 48, toByteOffset: position,
                as: UInt8.self)
            rest = quotient
        }
        count += digits
    }

    /// Appends an integer in big-endian order, so that byte order is number order.
    @inlinable @inline(__always)
    package mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        reserve(MemoryLayout<Integer>.size)
        base.storeBytes(of: value.bigEndian, toByteOffset: count, as: Integer.self)
        count += MemoryLayout<Integer>.size
    }

    @inlinable package mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer)
    {
        reserve(MemoryLayout<Integer>.size)
        base.storeBytes(of: value.littleEndian, toByteOffset: count, as: Integer.self)
        count += MemoryLayout<Integer>.size
    }

    /// Appends a base-128 varint (1–10 bytes), low group first.
    @inlinable package mutating func append(varint value: UInt64) {
        reserve(10)
        var rest = value
        while rest >= 0x80 {
            base.storeBytes(
                of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
            count += 1
            rest >>= 7
        }
        base.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends a zigzag varint: small magnitudes of either sign stay short.
    @inlinable package mutating func append(zigzag value: Int64) {
        append(varint: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    // MARK: Input and output

    /// Lets `body` fill up to `maximum` bytes behind the present end.
    ///
    /// - Parameter body: gets the free space, returns how many bytes it wrote (0 or less: none).
    /// - Returns: what `body` returned.
    package mutating func appendFrom(
        maximum: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        reserve(maximum)
        let written = body(UnsafeMutableRawBufferPointer(start: base + count, count: maximum))
        if written > 0 {
            precondition(written <= maximum)
            count += written
        }
        return written
    }

    /// A copy, for tests, keys of collections and anything that outlives the buffer.
    package var array: [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: base, count: count))
    }

    /// A copy of the bytes from `start` on, with those of `head` before them; traps if `start` is
    /// not inside `0...count`. Cost: one allocation.
    package func array(from start: Int, behind head: borrowing ByteBuffer) -> [UInt8] {
        precondition(start >= 0 && start <= count)
        let length = count - start
        // The initialiser below writes a count, for no bytes into the one empty array that all
        // threads share.
        if head.count + length == 0 { return [] }
        // Invariant: the array has room for both, and every byte of it is written.
        return [UInt8](unsafeUninitializedCapacity: head.count + length) { bytes, written in
            let target = UnsafeMutableRawPointer(bytes.baseAddress)
            target?.copyMemory(from: head.base, byteCount: head.count)
            (target.map { $0 + head.count })?.copyMemory(from: base + start, byteCount: length)
            written = target == nil ? 0 : head.count + length
        }
    }
}

@inline(__always)
private func memmoveBytes(
    _ to: UnsafeMutableRawPointer, _ from: UnsafeMutableRawPointer, _ count: Int
) {
    // `copyMemory` is memmove: the regions may overlap.
    to.copyMemory(from: from, byteCount: count)
}

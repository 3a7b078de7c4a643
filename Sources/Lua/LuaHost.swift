/// What a host value can be asked for; `LuaHost.operate` gets it with its operands.
package enum LuaOperation: Sendable, Equatable {
    /// Two operands, of which at least one is a host value: `+ - * / % //`, and `< <= ==`, which
    /// return a boolean.
    case add, subtract, multiply, divide, modulo, floorDivide
    /// One operand.
    case negate
    case less, lessOrEqual, equal
    /// The value as a string, for `tostring`, `..` and `%s`.
    case text
    /// The field that the second operand names.
    case index
    /// A method, by its position in the interface; operand 0 is what stands before the colon, which
    /// need not be a host value.
    case method(Int)

    init(_ number: Int) {
        let all: [LuaOperation] = [
            .add, .subtract, .multiply, .divide, .modulo, .floorDivide, .negate, .less,
            .lessOrEqual, .equal, .text, .index,
        ]
        self = number < all.count ? all[number] : .method(number - 32)
    }
}

/// The side of the host: what happens when a script calls a function of the interface.
///
/// Called on the thread of the call, while it runs. The call is charged a few steps, not the time
/// that the host takes by itself: keep each under some microseconds, or count them. A host must not
/// use the machine that calls it.
package protocol LuaHost: AnyObject {
    /// A function or field of the interface, by its position in `LuaInterface.entries`.
    func call(_ function: Int, _ call: inout LuaHostCall)
    /// An operation on host values of type `tag`.
    func operate(_ operation: LuaOperation, tag: Int, _ call: inout LuaHostCall)
    /// The script printed a line, at most 64 KiB, not necessarily UTF-8.
    func printed(_ text: Span<UInt8>)
}

/// What a descriptor is ready for, or what it is watched for: epoll's own bits.
package struct ReadyEvents: OptionSet, Sendable {
    package let rawValue: UInt32

    @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Spelled out, because the protocol's own generic version is not specialised across modules.
    @inlinable package func contains(_ events: ReadyEvents) -> Bool {
        rawValue & events.rawValue == events.rawValue
    }

    /// These and others; spelled out for the same reason.
    @inlinable package func adding(_ events: ReadyEvents) -> ReadyEvents {
        ReadyEvents(rawValue: rawValue | events.rawValue)
    }

    /// Nothing; spelled out for the same reason.
    @inlinable package static var nothing: ReadyEvents { ReadyEvents(rawValue: 0) }

    /// There is something to read, or the end of the stream.
    @inlinable package static var readable: ReadyEvents { ReadyEvents(rawValue: 0x1) }
    /// There is room to write.
    @inlinable package static var writable: ReadyEvents { ReadyEvents(rawValue: 0x4) }
    /// The peer has shut its sending side; must be watched for to be reported.
    @inlinable package static var peerClosed: ReadyEvents { ReadyEvents(rawValue: 0x2000) }
    /// An error is pending; always reported. The next read or write tells which.
    @inlinable package static var failed: ReadyEvents { ReadyEvents(rawValue: 0x8) }
    /// Both directions are shut; always reported.
    @inlinable package static var hungUp: ReadyEvents { ReadyEvents(rawValue: 0x10) }
}

/// Someone who wants to know when a descriptor is ready.
package protocol EventHandler: AnyObject {
    /// Called on the loop's thread. Level-triggered: what is not read is reported again.
    func ready(_ events: ReadyEvents, on loop: EventLoop)
}

/// A descriptor's place in an ``EventLoop``; stale ones are recognised and do nothing.
package struct Registration: Equatable, Sendable {
    // The slot in the low half, its generation in the high half.
    let token: UInt64

    var slot: Int { Int(token & 0xffff_ffff) }
    var generation: UInt32 { UInt32(token >> 32) }

    init(slot: Int, generation: UInt32) {
        token = UInt64(generation) << 32 | UInt64(slot)
    }

    init(token: UInt64) { self.token = token }
}

package import Basics
package import EventLoop
package import System

/// The replies of one connection that the peer has not got yet, in order.
///
/// A reply that was decided on the ledger's thread belongs to a group and waits until the group is
/// durable; everything behind it waits too, so pipelining keeps order. Replies without a group go
/// out as soon as nothing waits before them.
package struct OutputQueue: ~Copyable {
    @usableFromInline struct Hold {
        @usableFromInline let group: UInt64
        /// The end of the last reply that waits for the group, an offset into `buffer`.
        @usableFromInline var end: Int

        @inlinable init(group: UInt64, end: Int) {
            self.group = group
            self.end = end
        }
    }

    /// Where replies are encoded; ``endReply(group:durable:)`` must follow.
    package var buffer = ByteBuffer(capacity: 16)
    /// Replies since everything was last sent.
    @usableFromInline package internal(set) var replyCount = 0
    @usableFromInline var sent = 0
    @usableFromInline var released = 0
    @usableFromInline var holds: [Hold] = []
    @usableFromInline var firstHold = 0

    package init() {}

    /// Bytes that the peer has not got.
    @inlinable package var unsentBytes: Int { buffer.count - sent }
    /// Whether a reply waits for the disk.
    @inlinable package var isHolding: Bool { firstHold < holds.count }
    /// Whether bytes may be sent now.
    @inlinable package var isSendable: Bool { sent < released }
    /// The group that the last reply waits for; nil where none waits.
    @inlinable package var lastGroup: UInt64? { isHolding ? holds[holds.count - 1].group : nil }

    /// Ends one reply that was encoded into `buffer`.
    ///
    /// - Parameters:
    ///   - group: the group it belongs to; 0 for a reply that waits for nothing.
    ///   - durable: the last group that is on disk.
    @inlinable package mutating func endReply(group: UInt64, durable: UInt64) {
        replyCount += 1
        let last = holds.count - 1
        if !isHolding {
            if group <= durable {
                released = buffer.count
            } else {
                holds.append(Hold(group: group, end: buffer.count))
            }
        } else if holds[last].group >= group {
            holds[last].end = buffer.count
        } else {
            holds.append(Hold(group: group, end: buffer.count))
        }
    }

    /// Lets the replies of all groups up to `durable` go.
    ///
    /// - Returns: whether there is something new to send.
    package mutating func release(upTo durable: UInt64) -> Bool {
        if !isHolding { return false }
        let before = released
        while firstHold < holds.count, holds[firstHold].group <= durable {
            released = holds[firstHold].end
            firstHold += 1
        }
        if firstHold == holds.count {
            holds.removeAll(keepingCapacity: holds.capacity <= 1_024)
            firstHold = 0
        }
        return released > before
    }

    /// Sends what may be sent.
    ///
    /// - Returns: `bytes` when all of it is out, `wouldBlock` when the peer reads too slowly.
    package mutating func send(to transport: inout Transport) throws(SystemError)
        -> Socket.Transfer
    {
        while sent < released {
            switch try transport.write(buffer.bytes(in: sent..<released)) {
            case .bytes(let count): sent += count
            case .wouldBlock:
                compact()
                return .wouldBlock
            case .closed: return .closed
            }
        }
        if sent == buffer.count {
            // An idle connection keeps little memory.
            buffer.removeAll(keeping: 16 << 10)
            (sent, released, replyCount) = (0, 0, 0)
        } else {
            compact()
        }
        return .bytes(0)
    }

    /// Gives back the memory of what was sent, seldom enough to cost nothing on average.
    private mutating func compact() {
        if sent < 256 << 10 || sent < buffer.count / 2 { return }
        buffer.removeFirst(sent)
        released -= sent
        for index in firstHold..<holds.count { holds[index].end -= sent }
        sent = 0
    }
}

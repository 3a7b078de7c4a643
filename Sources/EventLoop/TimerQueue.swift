/// A timer's name, to cancel it; stale ones are recognised.
package struct TimerToken: Equatable, Sendable {
    let slot: Int
    let generation: UInt32
}

/// Timers by deadline: a binary heap that knows where each entry is, so that cancelling really
/// removes it. No clock of its own. Complexity: O(log n) for adding, cancelling and taking.
package struct TimerQueue {
    private struct Entry {
        let deadline: UInt64
        let order: UInt64
        let slot: Int
    }

    private struct Slot {
        var generation: UInt32 = 0
        /// The entry's index in the heap, or -1 while the slot is free.
        var index = -1
        var period: UInt64 = 0
        var action: (() -> Void)?
    }

    private var heap: [Entry] = []
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var nextOrder: UInt64 = 0

    package init() {}

    package var count: Int { heap.count }

    /// The next deadline in nanoseconds.
    package var earliest: UInt64? { heap.first?.deadline }

    /// Adds a timer; those of the same deadline go off in the order they were added.
    ///
    /// - Parameters:
    ///   - deadline: nanoseconds of the clock that ``takeDue(now:)`` is shown.
    ///   - period: nanoseconds after which it repeats; 0 for once.
    package mutating func add(
        deadline: UInt64, period: UInt64 = 0, _ action: @escaping () -> Void
    ) -> TimerToken {
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count { slots.append(Slot()) }
        slots[slot].period = period
        slots[slot].action = action
        insert(slot, deadline)
        return TimerToken(slot: slot, generation: slots[slot].generation)
    }

    /// Removes a timer; false if it has gone off or was cancelled before.
    @discardableResult
    package mutating func cancel(_ token: TimerToken) -> Bool {
        guard token.slot < slots.count, slots[token.slot].generation == token.generation,
            slots[token.slot].index >= 0
        else { return false }
        remove(at: slots[token.slot].index)
        release(token.slot)
        return true
    }

    /// The action of the earliest timer whose deadline has come, which is then gone, or waits for
    /// its next turn: one period after this deadline, or after `now` if that is past already.
    package mutating func takeDue(now: UInt64) -> (() -> Void)? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        remove(at: 0)
        let action = slots[first.slot].action
        let period = slots[first.slot].period
        if period > 0 {
            let (next, overflow) = first.deadline.addingReportingOverflow(period)
            insert(first.slot, overflow ? .max : next > now ? next : now &+ period)
        } else {
            release(first.slot)
        }
        return action
    }

    private mutating func release(_ slot: Int) {
        slots[slot].action = nil
        slots[slot].index = -1
        slots[slot].generation &+= 1
        freeSlots.append(slot)
    }

    // MARK: The heap

    private mutating func insert(_ slot: Int, _ deadline: UInt64) {
        heap.append(Entry(deadline: deadline, order: nextOrder, slot: slot))
        nextOrder += 1
        slots[slot].index = heap.count - 1
        siftUp(heap.count - 1)
    }

    private mutating func remove(at index: Int) {
        slots[heap[index].slot].index = -1
        let last = heap.removeLast()
        if index == heap.count { return }
        heap[index] = last
        slots[last.slot].index = index
        siftDown(index)
        siftUp(index)
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].deadline, heap[left].order) < (heap[right].deadline, heap[right].order)
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        slots[heap[left].slot].index = left
        slots[heap[right].slot].index = right
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 && isBefore(index, (index - 1) / 2) {
            exchange(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && isBefore(child, least) { least = child }
            if least == index { return }
            exchange(index, least)
            index = least
        }
    }
}

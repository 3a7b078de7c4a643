import Storage
import System

/// Holds the writing of groups up, or refuses it, at a moment of a test's choice.
final class WriteGate: Sendable {
    private struct State {
        var isHolding = false
        var isRefusing = false
        /// The group that stands before the gate.
        var arrived: UInt64?
    }

    private let state = Monitor(State())

    /// What the ledger calls before it writes a group.
    var pass: @Sendable (UInt64) throws(StorageError) -> Void {
        { [self] (group) throws(StorageError) in
            state.update { $0.arrived = group }
            let isRefused = state.wait { state in state.isHolding ? nil : state.isRefusing }
            state.update { $0.arrived = nil }
            if isRefused ?? false { throw .invariant("the gate refuses group \(group)") }
        }
    }

    func hold() { state.update { $0.isHolding = true } }

    func open() { state.update { $0.isHolding = false } }

    /// Refuses what stands before the gate and all that follows.
    func refuse() {
        state.update {
            $0.isHolding = false
            $0.isRefusing = true
        }
    }

    /// Waits until a group stands before the gate.
    func waitForArrival() { _ = state.wait { $0.arrived } }
}

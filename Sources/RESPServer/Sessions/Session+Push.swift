import Basics
import Connections
import Ledger
import RESP

/// What a connection is told without having asked.
extension Session {
    /// Appends what the client did not ask for now; it is sent at the end of the turn.
    func push(_ values: [ReplyValue]) {
        if isClosed || closesAfterReply { return }
        ReplyEncoder.appendPush(values, as: state.format, to: &output.buffer)
        didAppend(group: 0)
        server.markDirty(self)
    }

    /// Appends a status line that the client did not ask for now, as `MONITOR` sends them.
    func push(status line: String) {
        if isClosed || closesAfterReply { return }
        ReplyEncoder.append(.simple(line), as: state.format, to: &output.buffer)
        didAppend(group: 0)
        server.markDirty(self)
    }

    /// Appends an error that answers nothing: something has ended.
    func push(error: CommandError) {
        if isClosed || closesAfterReply { return }
        ReplyEncoder.append(.error(error), as: state.format, to: &output.buffer)
        didAppend(group: 0)
        server.markDirty(self)
    }
}

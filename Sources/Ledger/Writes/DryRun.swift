package import Basics
import Domain
import JSON
import Storage

/// `DRYRUN`: the events and the reply that a write would give; nothing is written.
enum DryRun {
    static func run(
        _ request: borrowing ArgumentVector, _ handler: CommandSpec.WriteHandler,
        _ transaction: Transaction, _ reply: Reply, history: HistoryTable
    ) {
        let inner = Reply()
        var failure: CommandError?
        do throws(CommandError) {
            try handler(request, transaction, inner)
            try EventSize.check(transaction.events)
        } catch {
            failure = error
        }
        let count = UInt32(clamping: transaction.events.count)
        let first = transaction.events.first?.seq ?? 0
        reply.value = .record
        reply.body.append("{\"dry_run\":true,\"result\":")
        if failure == nil, case .record = inner.value {
            reply.body.append(inner.body.array)
        } else {
            reply.body.append("null")
        }
        reply.body.append(",\"events\":[")
        if failure == nil {
            var isFirst = true
            for event in transaction.events where !event.type.isInternal {
                if !isFirst { reply.body.append(UInt8(ascii: ",")) }
                isFirst = false
                var shown = event
                shown.first = first
                shown.count = count
                reply.body.appendJSON(
                    shown, history: history.current, names: transaction.names)
            }
        }
        reply.body.append("],\"error\":")
        if let failure {
            ErrorRendering.append(failure, to: &reply.body)
        } else {
            reply.body.append("null")
        }
        reply.body.append("}")
        transaction.rollback()
    }
}

/// A refusal as JSON: `{"code","message","station","item","asked","available"}`, the last four only
/// where stock is the matter.
package enum ErrorRendering {
    package static func append(_ error: CommandError, to body: inout ByteBuffer) {
        body.append("{\"code\":\"")
        body.append(error.code.rawValue)
        body.append("\",\"message\":")
        body.appendJSON(string: error.message)
        if let station = error.station {
            body.append(",\"station\":")
            body.appendJSON(station)
        }
        if let item = error.item {
            body.append(",\"item\":")
            body.appendJSON(item)
        }
        if let asked = error.asked {
            body.append(",\"asked\":")
            body.append(decimal: asked)
        }
        if let available = error.available {
            body.append(",\"available\":")
            body.append(decimal: available)
        }
        body.append("}")
    }
}

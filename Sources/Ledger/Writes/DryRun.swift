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
        write(inner, failure, to: reply) { body in
            let count = UInt32(clamping: transaction.events.count)
            let first = transaction.events.first?.seq ?? 0
            var isFirst = true
            for event in transaction.events where !event.type.isInternal {
                if !isFirst { body.append(UInt8(ascii: ",")) }
                isFirst = false
                var shown = event
                shown.first = first
                shown.count = count
                body.appendJSON(shown, history: history.current, names: transaction.names)
            }
        }
        transaction.rollback()
    }

    /// What a key that was used before would answer: the first result, or `CONFLICT`.
    ///
    /// - Returns: false for a key that is new, or whose time is over.
    static func repeats(
        _ key: RequestIdentity, _ request: borrowing ArgumentVector, _ transaction: Transaction,
        _ reply: Reply
    ) -> Bool {
        let inner = Reply()
        do throws(CommandError) {
            if try !KeyReplay.answer(key, request, transaction, inner) { return false }
            write(inner, nil, to: reply) { _ in }
        } catch { write(inner, error, to: reply) { _ in } }
        transaction.rollback()
        return true
    }

    /// Writes `{"dry_run","result","events","error"}`.
    ///
    /// - Parameter events: appends what stands inside the brackets; not called for a refusal.
    private static func write(
        _ inner: Reply, _ failure: CommandError?, to reply: Reply,
        events: (inout ByteBuffer) -> Void
    ) {
        reply.value = .record
        reply.body.append("{\"dry_run\":true,\"result\":")
        if failure == nil, case .record = inner.value {
            reply.body.append(inner.body.array)
        } else {
            reply.body.append("null")
        }
        reply.body.append(",\"events\":[")
        if failure == nil { events(&reply.body) }
        reply.body.append("],\"error\":")
        if let failure {
            ErrorRendering.append(failure, to: &reply.body)
        } else {
            reply.body.append("null")
        }
        reply.body.append("}")
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

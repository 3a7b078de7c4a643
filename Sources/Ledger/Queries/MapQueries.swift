package import Basics
import Domain
import JSON
import Storage

/// `CARGO MAP`: what a map of the network shows.
package enum MapQueries {
    private enum Option: String, CaseIterable {
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    /// `CARGO MAP [LIMIT n] [CURSOR c]`: `{"stations":[…],"items":[…],"next","seq"}`: on the first
    /// page the stations that have a place, at most as many as a page may examine, and the caller's
    /// shipments under way (`in_transit`, `held`), the latest first.
    package static func map(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var limit = 100
        var upper = RecordKey(seq: .max)
        var isFirstPage = true
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .limit: limit = try cursor.limit(words, context.limits)
            case .cursor:
                let text = try cursor.text(words, "CURSOR", maximumBytes: 128)
                upper = try PageCursor.key(text, of: .map, reversed: false)
                isFirstPage = false
            }
        }
        reply.body.append("{\"stations\":[" as StaticString)
        if isFirstPage { try appendStations(context, reply) }
        let scope = Scope(context)
        let names = context.view.names
        let walk = try CargoQueries.walk(
            scope, in: RecordKey(seq: 1)..<max(RecordKey(seq: 1), upper), reversed: true, context)
        try walk.writePage(
            .map, limit: limit, reversed: false, context, reply, opening: "],\"items\":[",
            where: { shipment in
                (shipment.status == .inTransit || shipment.status == .held)
                    && scope.allows(shipment)
            },
            { shipment, reply in reply.body.appendJSON(shipment, names: names) })
    }

    private static func appendStations(
        _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var count = 0
        let names = context.view.names
        let limits = context.limits
        try CatalogPage(.station, context).forEachRow { (bytes) throws(DecodingError) in
            if count >= limits.pageExaminedRows || reply.body.count >= limits.pageBytes / 2 {
                return
            }
            let station = try StationCodec.decode(bytes)
            if station.position == nil { return }
            if count > 0 { reply.body.append(UInt8(ascii: ",")) }
            count += 1
            reply.body.appendJSON(station, names: names)
        }
    }
}

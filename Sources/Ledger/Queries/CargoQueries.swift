package import Basics
import Domain
import JSON
import Storage

/// The reads of shipments. A caller sees the cargo of its stations; another's is like none.
package enum CargoQueries {
    private enum GetOption: String, CaseIterable {
        case asOf = "AS"
    }

    private enum ListOption: String, CaseIterable {
        case station = "STATION"
        case role = "ROLE"
        case status = "STATUS"
        case delayed = "DELAYED"
        case ship = "SHIP"
        case item = "ITEM"
        case from = "FROM"
        case to = "TO"
        case limit = "LIMIT"
        case cursor = "CURSOR"
        case reversed = "REV"
    }

    /// What `CARGO LIST` lets through.
    private struct Filter {
        var station: StationNumber?
        var role: PostingRoles = []
        var status: ShipmentStatus?
        var isDelayed = false
        var ship: ShipNumber?
        var item: ItemNumber?

        func allows(_ shipment: borrowing Shipment) -> Bool {
            if let status, shipment.status != status { return false }
            if isDelayed && !shipment.delayed { return false }
            if let ship, shipment.ship != ship { return false }
            if let station {
                let isOrigin = shipment.origin == station
                let isDestination = shipment.destination == station
                if role == .from && !isOrigin || role == .to && !isDestination { return false }
                if !isOrigin && !isDestination { return false }
            }
            if let item, !shipment.lines.contains(where: { $0.item == item }) { return false }
            return true
        }
    }

    // MARK: GET

    /// `CARGO GET id [AS OF seq|time]`
    package static func get(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "shipment")
        var asOf: UInt64?
        while let option = try cursor.option(words, of: GetOption.self) {
            switch option {
            case .asOf: asOf = try cursor.asOf(words, context)
            }
        }
        guard let shipment = try find(id, asOf: asOf, context) else { return }
        reply.body.appendJSON(shipment, names: context.view.names)
        reply.value = .record
    }

    /// A shipment that the caller may see, as it was after event `asOf`, or as the view has it.
    static func find(
        _ id: Identifier, asOf: UInt64?, _ context: ReadContext
    ) throws(CommandError) -> Shipment? {
        let found = try reading { () throws(StorageError) in try context.view.shipment(id: id) }
        guard let found, Scope(context).allows(found) else { return nil }
        guard let asOf, found.seq > asOf else { return found }
        if found.key.seq > asOf { return nil }
        return try ChainReader(ShipmentChain(key: found.key), context)
            .record(asOf: asOf, latest: found, seq: found.seq)
    }

    // MARK: LIST

    /// `CARGO LIST [STATION s] [ROLE origin|destination] [STATUS s] [DELAYED] [SHIP s] [ITEM i]
    /// [FROM t] [TO t] [LIMIT n] [CURSOR c] [REV]`
    package static func list(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var filter = Filter()
        var range = ListRange()
        while let option = try cursor.option(words, of: ListOption.self) {
            switch option {
            case .station:
                filter.station = try context.station(try cursor.identifier(words, "STATION"))
            case .role:
                filter.role = try cursor.choice(
                    words, "ROLE", [PostingRoles.from, .to],
                    { $0 == .from ? "origin" : "destination" })
            case .status:
                filter.status = try cursor.choice(words, "STATUS", ShipmentStatus.allCases, \.name)
            case .delayed: filter.isDelayed = true
            case .ship: filter.ship = try context.ship(try cursor.identifier(words, "SHIP"))
            case .item: filter.item = try context.item(try cursor.identifier(words, "ITEM"))
            case .from: try range.setFrom(words, &cursor, context)
            case .to: try range.setTo(words, &cursor, context)
            case .limit: range.limit = try cursor.limit(words, context.limits)
            case .cursor: try range.setCursor(words, &cursor)
            case .reversed: range.isReversed = true
            }
        }
        if !filter.role.isEmpty && filter.station == nil {
            throw CommandError(.syntax, "option ROLE needs STATION")
        }
        let scope = Scope(context)
        let walk = try walk(filter, scope, range, context)
        let names = context.view.names
        try walk.writePage(
            .cargo, limit: range.limit, reversed: range.isReversed, context, reply,
            where: { filter.allows($0) && scope.allows($0) },
            { shipment, reply in reply.body.appendJSON(shipment, names: names) })
    }

    /// The shortest walk that meets every shipment of the filter.
    private static func walk(
        _ filter: Filter, _ scope: Scope, _ range: ListRange, _ context: ReadContext
    ) throws(CommandError) -> RecordWalk<Shipment> {
        let keys = try range.keys(.cargo)
        var stations: [StationNumber]?
        if let station = filter.station {
            stations = [station]
        } else if let own = scope.stations, own.count <= RecordSources.maximum {
            stations = Array(own)
        }
        return try walk(
            stations, filter.role, in: keys, reversed: range.isReversed, context)
    }

    /// A walk that meets every shipment of a scope.
    static func walk(
        _ scope: Scope, in keys: Range<RecordKey>, reversed: Bool, _ context: ReadContext
    ) throws(CommandError) -> RecordWalk<Shipment> {
        var stations: [StationNumber]?
        if let own = scope.stations, own.count <= RecordSources.maximum { stations = Array(own) }
        return try walk(stations, [], in: keys, reversed: reversed, context)
    }

    private static func walk(
        _ stations: [StationNumber]?, _ role: PostingRoles, in keys: Range<RecordKey>,
        reversed: Bool, _ context: ReadContext
    ) throws(CommandError) -> RecordWalk<Shipment> {
        let view = context.view
        return try reading { () throws(StorageError) in
            guard let stations else {
                return try RecordWalk(.cargo, in: keys, reversed: reversed, view) {
                    (bytes, key) throws(DecodingError) in try ShipmentCodec.decode(bytes, key: key)
                }
            }
            var sources = try RecordSources(keys, reversed: reversed, context)
            for station in stations {
                let owner = UInt64(station.raw)
                try sources.add(.stationCargo, owner: owner, required: role)
                try sources.add(
                    .stationTrade, owner: owner, required: role.union(.shipped), isCovered: true)
            }
            return RecordWalk(sources.list, in: keys, reversed: reversed) {
                (key) throws(StorageError) in try view.shipment(key)
            }
        }
    }

    // MARK: HISTORY

    /// `CARGO HISTORY id [FROM x] [TO x] [LIMIT n] [CURSOR c] [REV]`: lines of
    /// `{"seq","time","type","status","ship","position","note","eta","reason","actor"}`.
    ///
    /// - Throws: `NOTFOUND` for an unknown shipment.
    package static func history(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "shipment")
        let page = try HistoryPage(words, &cursor, context)
        guard let shipment = try find(id, asOf: nil, context) else {
            throw .notFound("shipment", id.text)
        }
        let reader = try ChainReader(ShipmentChain(key: shipment.key), context)
        let names = context.view.names
        try page.write(reader, latest: shipment.seq, context, reply) { event, reply in
            TrackingLine(event, of: shipment.key)?.append(to: &reply.body, names: names) != nil
        }
    }
}

/// A line of a shipment's tracking history.
private struct TrackingLine {
    private let event: Event
    private let shipment: Shipment
    private let position: Position?
    private let note: String?
    private let reason: String?

    /// Nil for an event that does not change the shipment.
    init?(_ event: Event, of key: RecordKey) {
        self.event = event
        switch event.data {
        case .shipment(let change):
            shipment = change.shipment
            position = change.point?.position ?? change.shipment.position
            note = change.point?.note
            reason = change.reason
        case .ship(_, _, let aboard, let text):
            guard let change = aboard.first(where: { $0.after.key == key }) else { return nil }
            shipment = change.after
            position = change.after.position
            note = text
            reason = nil
        default: return nil
        }
    }

    func append(to buffer: inout ByteBuffer, names: Names) {
        buffer.append("{\"seq\":" as StaticString)
        buffer.append(decimal: event.seq)
        buffer.append(",\"time\":" as StaticString)
        buffer.appendJSON(event.time)
        buffer.append(",\"type\":\"" as StaticString)
        buffer.append(event.type.name)
        buffer.append("\",\"status\":\"" as StaticString)
        buffer.append(shipment.status.name)
        buffer.append("\",\"ship\":" as StaticString)
        if let ship = shipment.ship {
            buffer.appendJSON(names.ship(ship))
        } else {
            buffer.appendJSONNull()
        }
        buffer.append(",\"position\":" as StaticString)
        if let position { buffer.appendJSON(position) } else { buffer.appendJSONNull() }
        buffer.append(",\"note\":" as StaticString)
        buffer.appendJSON(optional: note)
        buffer.append(",\"eta\":" as StaticString)
        buffer.appendJSON(shipment.eta)
        buffer.append(",\"reason\":" as StaticString)
        buffer.appendJSON(optional: reason)
        buffer.append(",\"actor\":" as StaticString)
        buffer.appendJSON(event.actor)
        buffer.append(UInt8(ascii: "}"))
    }
}

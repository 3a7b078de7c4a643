package import Basics
import Domain
import JSON
import Storage

/// `TRADE SUMMARY`: figures of days, read from sums that are kept, never by counting records.
package enum SummaryQueries {
    private enum Option: String, CaseIterable {
        case station = "STATION"
        case days = "DAYS"
    }

    /// `TRADE SUMMARY [STATION s] [DAYS n]`: the last `n` (30) UTC days up to today, of all trades,
    /// of a station's, or of the caller's stations' taken together.
    ///
    /// A trade counts for the day on which it happened, a shipment for the day on which it was
    /// made; the sums tell what became of them up to the view. Between two stations of one caller a
    /// trade counts once for each.
    /// - Throws: `NOTFOUND` for a station that the caller may not see.
    package static func summary(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var days: Int64 = 30
        var station: StationNumber?
        let scope = Scope(context)
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .station:
                let id = try cursor.identifier(words, "STATION")
                let number = try context.station(id)
                if !scope.allows(number) { throw .notFound("station", id.text) }
                station = number
            case .days:
                let most = Int64(clamping: context.limits.summaryDays)
                days = try cursor.integer(words, "DAYS", in: 1...most)
            }
        }
        var owners: [UInt32] = [0]
        if let station {
            owners = [station.raw]
        } else if let own = scope.stations {
            owners = own.map(\.raw)
        }
        let today = max(context.now, context.view.head.time).utcDay
        let first = today - Int32(days - 1)
        let sums = try reading { () throws(StorageError) in
            try context.projections.totals(of: owners, days: first...today, in: context.view)
        }
        try Summary(days: first...today, sums: sums).append(
            to: &reply.body, names: context.view.names, seq: context.view.head.seq)
        reply.value = .record
    }
}

/// The document of a summary.
private struct Summary {
    private let days: ClosedRange<Int32>
    private let sums: [Int32: DayTotals]
    private var total = DayTotals()

    init(days: ClosedRange<Int32>, sums: [Int32: DayTotals]) {
        self.days = days
        self.sums = sums
        for sum in sums.values { total.add(sum) }
    }

    /// - Throws: `RANGE` where a sum leaves 64 bits.
    func append(
        to buffer: inout ByteBuffer, names: Names, seq: UInt64
    ) throws(CommandError) {
        buffer.append("{\"from\":\"" as StaticString)
        buffer.append(Timestamp.dayText(days.lowerBound))
        buffer.append("\",\"to\":\"" as StaticString)
        buffer.append(Timestamp.dayText(days.upperBound))
        buffer.append("\",\"trades\":{" as StaticString)
        appendTrades(to: &buffer)
        buffer.append("},\"cargo\":{" as StaticString)
        try appendCargo(to: &buffer)
        buffer.append("},\"delivered_share\":" as StaticString)
        let ended = total[.cargoDelivered] + total[.cargoLost] + total[.cargoReturned]
        appendShare(total[.cargoDelivered], of: ended, to: &buffer)
        buffer.append(",\"on_time_share\":" as StaticString)
        appendShare(total[.cargoOnTime], of: total[.cargoDelivered], to: &buffer)
        buffer.append(",\"value\":" as StaticString)
        try appendValues(total, to: &buffer, names: names)
        buffer.append(",\"daily\":[" as StaticString)
        for day in days {
            if day > days.lowerBound { buffer.append(UInt8(ascii: ",")) }
            let sum = sums[day] ?? DayTotals()
            buffer.append("{\"date\":\"" as StaticString)
            buffer.append(Timestamp.dayText(day))
            buffer.append("\",\"trades\":" as StaticString)
            buffer.append(decimal: sum[.created])
            buffer.append(",\"value\":" as StaticString)
            try appendValues(sum, to: &buffer, names: names)
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append("],\"seq\":" as StaticString)
        buffer.append(decimal: seq)
        buffer.append(UInt8(ascii: "}"))
    }

    private func appendTrades(to buffer: inout ByteBuffer) {
        let open =
            total[.created] - total[.completed] - total[.cancelled] - total[.expired]
        append("\"created\":", total[.created], to: &buffer)
        append(",\"completed\":", total[.completed], to: &buffer)
        append(",\"cancelled\":", total[.cancelled], to: &buffer)
        append(",\"expired\":", total[.expired], to: &buffer)
        append(",\"open\":", max(0, open), to: &buffer)
    }

    private func appendCargo(to buffer: inout ByteBuffer) throws(CommandError) {
        let ended =
            total[.cargoDelivered] + total[.cargoLost] + total[.cargoReturned]
            + total[.cargoCancelled]
        append("\"open\":", max(0, total[.cargoCreated] - ended), to: &buffer)
        append(",\"delayed\":", max(0, total[.cargoDelayed]), to: &buffer)
        append(",\"delivered\":", total[.cargoDelivered], to: &buffer)
        append(",\"lost\":", total[.cargoLost], to: &buffer)
        buffer.append(",\"mass\":" as StaticString)
        QuantityText.appendMass(grams: try narrow(total.mass), to: &buffer)
        buffer.append(",\"volume\":" as StaticString)
        QuantityText.appendVolume(cubicDecimetres: try narrow(total.volume), to: &buffer)
    }

    private func append(_ key: StaticString, _ number: Int64, to buffer: inout ByteBuffer) {
        buffer.append(key)
        buffer.append(decimal: number)
    }

    /// Appends a share between 0 and 1 with at most four digits, null of nothing.
    private func appendShare(_ part: Int64, of whole: Int64, to buffer: inout ByteBuffer) {
        if whole <= 0 { return buffer.appendJSONNull() }
        buffer.appendJSON(double: (Double(part) / Double(whole) * 10_000).rounded() / 10_000)
    }

    private func appendValues(
        _ sum: DayTotals, to buffer: inout ByteBuffer, names: Names
    ) throws(CommandError) {
        buffer.append(UInt8(ascii: "["))
        var isFirst = true
        for (currency, value) in sum.values.sorted(by: { $0.key < $1.key }) {
            if value == DayTotals.Value() { continue }
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            let scale = names.scale(of: currency)
            buffer.append("{\"currency\":" as StaticString)
            buffer.appendJSON(currency)
            buffer.append(",\"sold\":" as StaticString)
            MoneyText.appendJSON(try narrow(value.sold), scale: scale, to: &buffer)
            buffer.append(",\"bought\":" as StaticString)
            MoneyText.appendJSON(try narrow(value.bought), scale: scale, to: &buffer)
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append(UInt8(ascii: "]"))
    }

    private func narrow(_ sum: Int128) throws(CommandError) -> Int64 {
        guard let narrowed = Int64(exactly: sum) else {
            throw CommandError(
                .range, "a sum leaves the range of 64-bit numbers: ask for less DAYS")
        }
        return narrowed
    }
}

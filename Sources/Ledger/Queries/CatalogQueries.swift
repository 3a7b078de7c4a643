package import Basics
import Domain
import JSON
import RocksDB
import Storage

/// The reads of stations, items and ships. Readable by all.
package enum CatalogQueries {
    private enum ListOption: String, CaseIterable {
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    private enum ItemOption: String, CaseIterable {
        case category = "CATEGORY"
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    private enum ShipOption: String, CaseIterable {
        case status = "STATUS"
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    // MARK: One record

    /// `STATION GET id`
    package static func station(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "station")
        try cursor.finish(words)
        let found = try reading { () throws(StorageError) in try context.view.station(id) }
        guard let found else { return }
        reply.body.appendJSON(found, names: context.view.names)
        reply.value = .record
    }

    /// `ITEM GET id`
    package static func item(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "item")
        try cursor.finish(words)
        let found = try reading { () throws(StorageError) in try context.view.item(id) }
        guard let found else { return }
        reply.body.appendJSON(found, names: context.view.names)
        reply.value = .record
    }

    /// `SHIP GET id`
    package static func ship(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "ship")
        try cursor.finish(words)
        let found = try reading { () throws(StorageError) in try context.view.ship(id) }
        guard let found else { return }
        reply.body.appendJSON(found, names: context.view.names)
        reply.value = .record
    }

    // MARK: Lists, in the order of ids

    /// `STATION LIST [LIMIT n] [CURSOR c]`
    package static func stations(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var page = CatalogPage(.station, context)
        while let option = try cursor.option(words, of: ListOption.self) {
            switch option {
            case .limit: page.limit = try cursor.limit(words, context.limits)
            case .cursor: try page.resume(words, &cursor)
            }
        }
        let names = context.view.names
        try page.write(reply) { (bytes, reply) throws(DecodingError) in
            reply.body.appendJSON(try StationCodec.decode(bytes), names: names)
            return true
        }
    }

    /// `ITEM LIST [CATEGORY c] [LIMIT n] [CURSOR c]`
    package static func items(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var page = CatalogPage(.item, context)
        var category: String?
        while let option = try cursor.option(words, of: ItemOption.self) {
            switch option {
            case .category:
                category = try cursor.text(
                    words, "CATEGORY", maximumBytes: context.limits.textBytes)
            case .limit: page.limit = try cursor.limit(words, context.limits)
            case .cursor: try page.resume(words, &cursor)
            }
        }
        let names = context.view.names
        try page.write(reply) { (bytes, reply) throws(DecodingError) in
            let item = try ItemCodec.decode(bytes)
            if let category, item.category != category { return false }
            reply.body.appendJSON(item, names: names)
            return true
        }
    }

    /// `ITEM SEARCH text [LIMIT n] [CURSOR c]`: items whose id, name, category or description holds
    /// the text, without regard to ASCII case.
    package static func search(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let wanted = FoldedText(
            try cursor.text(words, "text", maximumBytes: context.limits.searchBytes))
        var page = CatalogPage(.item, context)
        while let option = try cursor.option(words, of: ListOption.self) {
            switch option {
            case .limit: page.limit = try cursor.limit(words, context.limits)
            case .cursor: try page.resume(words, &cursor)
            }
        }
        let names = context.view.names
        try page.write(reply) { (bytes, reply) throws(DecodingError) in
            let item = try ItemCodec.decode(bytes)
            let isMatch =
                wanted.occurs(in: item.id.text) || wanted.occurs(in: item.name)
                || item.category.map(wanted.occurs(in:)) ?? false
                || item.description.map(wanted.occurs(in:)) ?? false
            if !isMatch { return false }
            reply.body.appendJSON(item, names: names)
            return true
        }
    }

    /// `SHIP LIST [STATUS s] [LIMIT n] [CURSOR c]`
    package static func ships(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var page = CatalogPage(.ship, context)
        var status: ShipStatus?
        while let option = try cursor.option(words, of: ShipOption.self) {
            switch option {
            case .status:
                status = try cursor.choice(words, "STATUS", ShipStatus.allCases, \.name)
            case .limit: page.limit = try cursor.limit(words, context.limits)
            case .cursor: try page.resume(words, &cursor)
            }
        }
        let names = context.view.names
        try page.write(reply) { (bytes, reply) throws(DecodingError) in
            let ship = try ShipCodec.decode(bytes)
            if let status, ship.status != status { return false }
            reply.body.appendJSON(ship, names: names)
            return true
        }
    }

    // MARK: Near

    /// `STATION NEAR id [LIMIT n]`: the other stations with a known position, the nearest first,
    /// each with its `distance` in light-years behind its own fields.
    package static func near(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "station")
        var limit = 100
        while let option = try cursor.option(words, of: NearOption.self) {
            switch option {
            case .limit: limit = try cursor.limit(words, context.limits)
            }
        }
        let found = try reading { () throws(StorageError) in try context.view.station(id) }
        guard let origin = found else { throw .notFound("station", id.text) }
        guard let place = origin.position else {
            throw CommandError(.range, "station \(id) has no position")
        }
        var others: [(distance: Double, station: Station)] = []
        try CatalogPage(.station, context).forEachRow { (bytes) throws(DecodingError) in
            let station = try StationCodec.decode(bytes)
            if station.number == origin.number { return }
            guard let position = station.position else { return }
            others.append((place.distance(to: position), station))
        }
        others.sort { left, right in
            left.distance != right.distance
                ? left.distance < right.distance : left.station.id < right.station.id
        }
        var page = PageWriter(reply, limit: limit, context.limits)
        for other in others {
            if page.isFull { break }
            page.beginItem()
            reply.body.appendJSON(other.station, names: context.view.names)
            reply.body.truncate(to: reply.body.count - 1)
            reply.body.append(",\"distance\":" as StaticString)
            reply.body.appendJSON(double: other.distance)
            reply.body.append(UInt8(ascii: "}"))
            if !page.endItem() { break }
        }
        page.finish(next: nil, seq: context.view.head.seq)
    }

    private enum NearOption: String, CaseIterable {
        case limit = "LIMIT"
    }
}

/// A page of one kind of the catalog, in the order of ids.
struct CatalogPage {
    private let kind: StoreKey.CatalogKind
    private let context: ReadContext
    var limit = 100
    private var after: Identifier?

    init(_ kind: StoreKey.CatalogKind, _ context: ReadContext) {
        self.kind = kind
        self.context = context
    }

    /// Reads the value of `CURSOR`.
    mutating func resume(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) {
        let text = try cursor.text(words, "CURSOR", maximumBytes: 128)
        after = try PageCursor.id(text, of: .ids)
    }

    /// Writes the page.
    ///
    /// - Parameter append: appends the record that lies in the bytes, or returns false.
    func write(
        _ reply: Reply, _ append: (Span<UInt8>, Reply) throws(DecodingError) -> Bool
    ) throws(CommandError) {
        var page = PageWriter(reply, limit: limit, context.limits)
        var examined = 0
        var last: Identifier?
        var next: String?
        var iterator = try rows()
        while iterator.isValid {
            if examined >= context.limits.pageExaminedRows {
                next = last.map { PageCursor.text(.ids, after: $0.text) }
                break
            }
            examined += 1
            let isDone = try take(iterator, reply, &page, append, last, &next)
            if isDone { break }
            last = Self.id(iterator.key)
            do throws(RocksDBError) { try iterator.next() } catch {
                throw CommandError(StorageError(error))
            }
        }
        page.finish(next: next, seq: context.view.head.seq)
    }

    /// Adds one row to the page; true where the page ends before it.
    private func take(
        _ iterator: borrowing KeyIterator, _ reply: Reply, _ page: inout PageWriter,
        _ append: (Span<UInt8>, Reply) throws(DecodingError) -> Bool, _ last: Identifier?,
        _ next: inout String?
    ) throws(CommandError) -> Bool {
        let mark = reply.body.count
        let before = page
        page.beginItem()
        let isWanted: Bool
        do throws(DecodingError) { isWanted = try append(iterator.value, reply) } catch {
            throw CommandError(StorageError(error, at: "the catalog"))
        }
        if !isWanted {
            reply.body.truncate(to: mark)
            page = before
            return false
        }
        if before.isFull || !page.endItem() {
            // Only now is it known that there is more.
            reply.body.truncate(to: mark)
            page = before
            next = last.map { PageCursor.text(.ids, after: $0.text) }
            return true
        }
        return false
    }

    /// Visits the rows of the kind.
    func forEachRow(
        _ body: (Span<UInt8>) throws(DecodingError) -> Void
    ) throws(CommandError) {
        var iterator = try rows()
        while iterator.isValid {
            do throws(DecodingError) { try body(iterator.value) } catch {
                throw CommandError(StorageError(error, at: "the catalog"))
            }
            do throws(RocksDBError) { try iterator.next() } catch {
                throw CommandError(StorageError(error))
            }
        }
    }

    private func rows() throws(CommandError) -> KeyIterator {
        var lower: [UInt8] = [kind.rawValue]
        if let after {
            // The first key behind the last one shown.
            let key = StoreKey.catalog(kind, after)
            lower = key.bytes.array + [0]
        }
        let upper = [kind.rawValue + 1]
        do throws(StorageError) {
            var iterator = try context.view.iterator(.catalog, lower: lower, upper: upper)
            do throws(RocksDBError) { try iterator.seekToFirst() } catch {
                throw StorageError(error)
            }
            return iterator
        } catch { throw CommandError(error) }
    }

    private static func id(_ key: Span<UInt8>) -> Identifier? {
        key.isEmpty ? nil : Identifier(key.extracting(1..<key.count))
    }
}

/// A text to be looked for without regard to ASCII case.
struct FoldedText {
    private let wanted: [UInt8]

    init(_ text: String) { wanted = text.utf8.map(FoldedWord.upper) }

    func occurs(in text: String) -> Bool {
        let bytes = text.utf8.map(FoldedWord.upper)
        if wanted.isEmpty { return true }
        if bytes.count < wanted.count { return false }
        for start in 0...bytes.count - wanted.count
        where bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted)
        {
            return true
        }
        return false
    }
}

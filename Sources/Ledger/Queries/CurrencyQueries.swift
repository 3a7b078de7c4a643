package import Basics
import Domain
import JSON
import RocksDB
import Storage

/// The reads of currencies and rates. Readable by all.
package enum CurrencyQueries {
    /// `CURRENCY LIST`: all of them, by code.
    package static func currencies(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        let cursor = ArgumentCursor(at: 2)
        try cursor.finish(words)
        var page = PageWriter(reply, limit: .max, context.limits)
        try CatalogPage(.currency, context).forEachRow { (bytes) throws(DecodingError) in
            page.beginItem()
            reply.body.appendJSON(try CurrencyCodec.decode(bytes))
            _ = page.endItem()
        }
        page.finish(next: nil, seq: context.view.head.seq)
    }

    /// `RATE LIST`: all of them, by base and quote.
    package static func rates(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        let cursor = ArgumentCursor(at: 2)
        try cursor.finish(words)
        var page = PageWriter(reply, limit: .max, context.limits)
        try CatalogPage(.rate, context).forEachRow { (bytes) throws(DecodingError) in
            page.beginItem()
            reply.body.appendJSON(try RateCodec.decode(bytes))
            _ = page.endItem()
        }
        page.finish(next: nil, seq: context.view.head.seq)
    }

    /// `RATE GET base quote`
    package static func rate(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let base = try cursor.currency(words, "base")
        let quote = try cursor.currency(words, "quote")
        try cursor.finish(words)
        let found = try reading { () throws(StorageError) in
            try context.view.rate(base: base, quote: quote)
        }
        guard let found else { return }
        reply.body.appendJSON(found)
        reply.value = .record
    }

    /// `RATE CONVERT amount from to`: `{"amount","from","to","rate","result","seq"}`, rounded once,
    /// half to even; the direct rate is used, else the inverse of the opposite one.
    package static func convert(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let amountPosition = cursor.position
        _ = try cursor.word(words, "amount")
        let source = try currency(try cursor.currency(words, "from"), context)
        let target = try currency(try cursor.currency(words, "to"), context)
        try cursor.finish(words)
        let amount: Int64
        do throws(ValueError) {
            amount = try MoneyText.parse(words[amountPosition], scale: source.scale)
        } catch { throw CommandError(error) }
        let direct = try reading { () throws(StorageError) in
            try context.view.rate(base: source.code, quote: target.code)
        }
        let opposite = try reading { () throws(StorageError) in
            try context.view.rate(base: target.code, quote: source.code)
        }
        let (result, rate) = try Conversion.convert(
            amount, from: source, to: target, direct: direct?.rate, opposite: opposite?.rate)
        reply.body.append("{\"amount\":" as StaticString)
        MoneyText.appendJSON(amount, scale: source.scale, to: &reply.body)
        reply.body.append(",\"from\":" as StaticString)
        reply.body.appendJSON(source.code)
        reply.body.append(",\"to\":" as StaticString)
        reply.body.appendJSON(target.code)
        reply.body.append(",\"rate\":" as StaticString)
        reply.body.appendJSON(string: rate.text)
        reply.body.append(",\"result\":" as StaticString)
        MoneyText.appendJSON(result, scale: target.scale, to: &reply.body)
        reply.body.append(",\"seq\":" as StaticString)
        reply.body.append(decimal: context.view.head.seq)
        reply.body.append(UInt8(ascii: "}"))
        reply.value = .record
    }

    private static func currency(
        _ code: CurrencyCode, _ context: ReadContext
    ) throws(CommandError) -> Currency {
        let found = try reading { () throws(StorageError) in try context.view.currency(code) }
        guard let found else { throw .notFound("currency", code.text) }
        return found
    }
}

import Domain
import HTTPCore
import JSON
import Ledger
import Testing

@testable import HTTPServer

/// Whole requests against a ledger.
@Suite struct RouteTests {
    private static let trade =
        #"{"id":"t-1","seller":"luna","buyer":"mars","lines":[{"item":"water","quantity":5}]}"#

    @Test func aTradeFromQuoteToPaid() throws {
        let desk = try Desk()
        let quote = try desk.ask("POST", "/api/trades/quote", Self.trade)
        #expect(quote.status == 200 && quote.at("total") == "62.50", "\(quote.text)")
        let made = try desk.ask("POST", "/api/trades", Self.trade)
        #expect(made.status == 201)
        #expect(made.fields["Location"] == "/api/trades/t-1")
        #expect(made.fields["ETag"] == "\"\(made.at("seq"))\"")
        let again = try desk.ask("POST", "/api/trades", Self.trade)
        #expect(again.status == 200 && again.at("replayed") == "true")
        #expect(again.fields["ETag"] == made.fields["ETag"])
        let other = try desk.ask(
            "POST", "/api/trades",
            #"{"id":"t-1","seller":"luna","buyer":"mars","lines":[{"item":"water","quantity":6}]}"#)
        #expect(other.status == 409 && other.at("code") == "CONFLICT")
        let paid = try desk.ask("POST", "/api/trades/t-1/pay", #"{"reference":"INV-1"}"#)
        #expect(paid.at("payment") == "paid")
        let read = try desk.ask("GET", "/api/trades/t-1")
        #expect(read.text == paid.text)
        #expect(read.fields["Entrepot-Seq"] != nil)
        #expect(read.fields["Cache-Control"] == "private, no-cache")
        #expect(
            try desk.ask("GET", "/api/trades/t-1/history").at("items.0.type") == "trade.initiated")
        #expect(try desk.ask("GET", "/api/trades/t-1/explain").at("trade.id") == "t-1")
        #expect(try desk.ask("GET", "/api/trades/t-9").status == 404)
        #expect(try desk.ask("GET", "/api/trades/t-9/history").status == 404)
    }

    /// The name of a record stands where it may, and a secret before it is none.
    @Test func placesOfNewRecords() throws {
        let token = Array(#"{"token":"ent_id","id":"01M","user":"ada"}"#.utf8)
        #expect(RecordText.name("id", token) == "01M")
        #expect(RecordText.name("name", token) == nil)
        #expect(RecordText.name("id", Array(#"{"id":7}"#.utf8)) == nil)
        #expect(RecordText.name("id", Array(#"{"id":"#.utf8)) == nil)
        let currency = try Desk().ask(
            "POST", "/api/currencies", #"{"code":"EUR","name":"Euro","scale":2}"#)
        #expect(currency.status == 201 && currency.fields["Location"] == nil)
    }

    @Test func aQuoteIsARead() throws {
        let desk = try Desk()
        let quote = try desk.ask("POST", "/api/trades/quote?after=1", Self.trade)
        #expect(quote.status == 200 && quote.fields["Entrepot-Seq"] != nil)
        #expect(try desk.ask("POST", "/api/trades?after=1", Self.trade).status == 400)
    }

    @Test func refusalsCarryFiguresAndPointers() throws {
        let desk = try Desk()
        let short = try desk.ask(
            "POST", "/api/trades",
            #"{"seller":"luna","buyer":"mars","lines":[{"item":"water","quantity":500}]}"#)
        #expect(short.status == 409)
        #expect(short.at("type") == "/docs/errors#OUTOFSTOCK")
        #expect(short.at("title") == "Not enough stock")
        #expect(short.at("errors.0.pointer") == "/lines/0/quantity")
        #expect(short.at("station") == "luna" && short.at("item") == "water")
        #expect(short.at("asked") == "500" && short.at("available") == "100")
        #expect(short.at("instance") == "/api/trades")
        let unknown = try desk.ask(
            "POST", "/api/trades",
            #"{"seller":"nowhere","buyer":"mars","lines":[{"item":"water","quantity":1}]}"#)
        #expect(unknown.status == 404 && unknown.at("errors.0.pointer") == "/seller")
        let dear = try desk.ask(
            "POST", "/api/trades",
            #"{"seller":"luna","buyer":"mars","lines":[{"item":"water","quantity":1}],"#
                + #""max_total":"1"}"#)
        #expect(dear.status == 422 && dear.at("code") == "REJECTED")
        #expect(dear.at("errors.0.pointer") == "/max_total")
        let unpriced = try desk.ask(
            "POST", "/api/trades/quote",
            #"{"seller":"luna","buyer":"mars","lines":[{"item":"ore","quantity":1}]}"#)
        #expect(unpriced.status == 422 && unpriced.at("code") == "NOPRICE")
    }

    @Test func keysAndDryRuns() throws {
        let desk = try Desk()
        let add = #"{"action":"add","quantity":5}"#
        let key = ["Idempotency-Key: \"k 1/2\""]
        let first = try desk.ask("POST", "/api/inventory/luna/water", add, fields: key)
        let again = try desk.ask("POST", "/api/inventory/luna/water", add, fields: key)
        #expect(first.at("on_hand") == "105" && again.at("on_hand") == "105")
        #expect(again.at("replayed") == "true")
        let other = try desk.ask(
            "POST", "/api/inventory/luna/water", #"{"action":"add","quantity":6}"#, fields: key)
        #expect(other.status == 422 && other.at("code") == "CONFLICT", "\(other.text)")
        let bad = try desk.ask(
            "POST", "/api/inventory/luna/water", add, fields: ["Idempotency-Key: \"\""])
        #expect(bad.status == 400)
        let dry = try desk.ask("POST", "/api/inventory/luna/water?dry_run=true", add)
        #expect(dry.status == 200 && dry.at("dry_run") == "true")
        #expect(dry.at("result.on_hand") == "110")
        #expect(try desk.ask("GET", "/api/inventory/luna/water").at("on_hand") == "105")
        #expect(try desk.ask("GET", "/api/trades?dry_run=true").status == 400)
    }

    @Test func conditions() throws {
        let desk = try Desk()
        let tag = try #require(try desk.ask("GET", "/api/stations/luna").fields["ETag"])
        let body = #"{"name":"Luna"}"#
        let stale = try desk.ask(
            "PATCH", "/api/stations/luna", body, fields: ["If-Match: \"1\", W/\"2\""])
        #expect(stale.status == 412 && stale.at("code") == "CONFLICT")
        #expect(
            try desk.ask("PATCH", "/api/stations/luna", body, fields: ["If-Match: \(tag)"]).status
                == 200)
        #expect(
            try desk.ask("PATCH", "/api/stations/luna", body, fields: ["If-Match: \(tag)"]).status
                == 412)
        #expect(
            try desk.ask("PATCH", "/api/stations/luna", body, fields: ["If-Match: *"]).status
                == 200)
        #expect(
            try desk.ask("PATCH", "/api/stations/pluto", body, fields: ["If-Match: *"]).status
                == 404)
        let present = try #require(try desk.ask("GET", "/api/stations/luna").fields["ETag"])
        for (condition, status) in [("*", 412), (present, 412), ("W/\(present)", 412), (tag, 200)] {
            let reply = try desk.ask(
                "PATCH", "/api/stations/luna", body, fields: ["If-None-Match: \(condition)"])
            #expect(reply.status == status, "\(condition)")
        }
    }

    @Test func cargoByPut() throws {
        let desk = try Desk()
        let cargo = try desk.ask(
            "POST", "/api/cargo",
            #"{"id":"c-1","origin":"luna","destination":"mars","lines":[{"item":"water","#
                + #""quantity":5}],"eta":"+3d","attributes":{}}"#)
        #expect(cargo.status == 201 && cargo.fields["Location"] == "/api/cargo/c-1")
        let update = #"{"status":"in_transit","ship":"hermes","position":{"x":1,"y":1,"z":0}}"#
        let gone = try desk.ask("PUT", "/api/cargo/update/c-1/", update)
        #expect(gone.status == 200 && gone.at("ship") == "hermes", "\(gone.text)")
        let again = try desk.ask("PUT", "/api/cargo/c-1", update)
        #expect(again.at("seq") == gone.at("seq"))
        // A note would be written again; with a key it is not.
        let note = #"{"note":"past the gate"}"#
        let key = ["Idempotency-Key: \"n-1\""]
        let noted = try desk.ask("PUT", "/api/cargo/c-1", note, fields: key)
        let repeated = try desk.ask("PUT", "/api/cargo/c-1", note, fields: key)
        #expect(repeated.at("replayed") == "true" && repeated.at("seq") == noted.at("seq"))
        #expect(try desk.ask("PUT", "/api/cargo/c-1", #"{"status":"pending"}"#).status == 409)
        #expect(try desk.ask("GET", "/api/analytics/map").at("items.0.id") == "c-1")
        let done = try desk.ask(
            "POST", "/api/cargo/c-1/deliver",
            #"{"lines":[{"item":"water","quantity":4,"lost":1,"reason":"a leak"}]}"#)
        #expect(done.at("status") == "delivered" && done.at("lines.0.lost") == "1")
        #expect(
            try desk.ask("GET", "/api/cargo/c-1/history").at("items.1.type")
                == "shipment.dispatched")
    }

    @Test func inventoryPagesAndRows() throws {
        let desk = try Desk()
        try desk.ask("POST", "/api/inventory/luna/ore", #"{"action":"add","quantity":1}"#)
        let page = try desk.ask("GET", "/api/inventory/luna?limit=1")
        #expect(page.at("station") == "luna" && page.at("items.0.item") == "water")
        let link = try #require(page.fields["Link"])
        #expect(link == "</api/inventory/luna?limit=1&cursor=\(page.at("next"))>; rel=\"next\"")
        let second = try desk.ask("GET", "/api/inventory/luna?limit=1&cursor=\(page.at("next"))")
        #expect(second.at("items.0.item") == "ore" && second.fields["Link"] == nil)
        #expect(try desk.ask("GET", "/api/inventory/vega").at("items") == "[]")
        #expect(try desk.ask("GET", "/api/inventory/pluto").status == 404)
        #expect(try desk.ask("GET", "/api/inventory/vega/water").status == 404)
        #expect(try desk.ask("GET", "/api/items/water/stock").at("items.0.station") == "luna")
        let first = try desk.ask("GET", "/api/inventory/luna/water").at("seq")
        try desk.ask("POST", "/api/inventory/luna/water", #"{"action":"remove","quantity":9}"#)
        #expect(
            try desk.ask("GET", "/api/inventory/luna/water?as_of=\(first)").at("on_hand") == "100")
        #expect(try desk.ask("GET", "/api/inventory/luna/water?as_of=99999").status == 422)
        #expect(try desk.ask("DELETE", "/api/inventory/luna/ore?reason=x").at("on_hand") == "0")
        #expect(
            try desk.ask("GET", "/api/inventory/luna/water/history").at("items.0.delta") == "100")
    }

    @Test func figuresAndEvents() throws {
        let desk = try Desk()
        try desk.ask("POST", "/api/trades", Self.trade)
        #expect(try desk.ask("GET", "/api/analytics/summary").at("trades.created") == "1")
        #expect(try desk.ask("GET", "/api/analytics/summary?days=7").at("daily.6.trades") == "1")
        #expect(try desk.ask("GET", "/api/analytics/series?by=day").at("items.0.trades") == "1")
        let prices = try desk.ask("GET", "/api/analytics/prices?item=water")
        #expect(prices.at("items.0.unit_price") == "12.50")
        let events = try desk.ask("GET", "/api/events?types=trade.*&rev=true&limit=1")
        #expect(events.at("items.0.subject") == "trade/t-1")
        #expect(
            try desk.ask("GET", "/api/events?stations=mars&limit=1").at("items.0.stations.0")
                == "mars")
        let near = try desk.ask("GET", "/api/stations/luna/near")
        #expect(near.at("items.0.distance") == "5")
        #expect(try desk.ask("GET", "/api/stations/vega/near").status == 409)
        #expect(try desk.ask("GET", "/api/items/search?q=wat").at("items.0.id") == "water")
    }

    @Test(arguments: [
        ("GET", "/api/trades?stat=x", 400), ("GET", "/api/trades?status=x", 400),
        ("GET", "/api/trades?limit=0", 422), ("GET", "/api/trades?limit=1001", 422),
        ("GET", "/api/trades?limit=a", 400), ("GET", "/api/trades?limit=1&limit=2", 400),
        ("GET", "/api/trades?cursor=x", 400), ("GET", "/api/trades?cursor=td1.0", 400),
        ("GET", "/api/trades?cursor=td1.0&rev=true", 200),
        ("GET", "/api/trades?rev=1", 400), ("GET", "/api/trades?role=buyer", 400),
        ("GET", "/api/trades?station=pluto", 404), ("GET", "/api/trades?from=x", 400),
        ("GET", "/api/trades?from=5&to=2026-01-01T00:00:00Z", 200),
        ("GET", "/api/items/search", 400), ("GET", "/api/trades/a%20b", 404),
        ("GET", "/api/rates/eur/CR", 404), ("GET", "/api/nothing", 404),
        ("DELETE", "/api/trades", 405), ("GET", "/api/cargo/c-1/hold", 405),
        ("GET", "/api/rates/convert?amount=1&from=CR&to=XX", 404),
        ("GET", "/api/trades/?limit=5", 200), ("GET", "/api/events?types=Trade", 400),
        ("GET", "/api/events?cursor=0123456789abcdef:4", 409),
        ("GET", "/api/analytics/series?by=week", 400),
    ]) func queries(method: String, target: String, status: Int) throws {
        let reaction = try Desk().ask(method, target)
        #expect(reaction.status == status, "\(reaction.text)")
        if status == 405 { #expect(reaction.fields["Allow"] != nil) }
    }

    @Test func whoMayAsk() throws {
        let desk = try Desk()
        func caller(_ role: Role, _ stations: Set<Identifier>? = nil) -> Caller {
            Caller(name: Caller.local.name, role: role, stations: stations)
        }
        #expect(try desk.ask("GET", "/api/trades", as: nil).status == 401)
        #expect(
            try desk.ask("GET", "/api/trades", as: nil).fields["WWW-Authenticate"]
                == "Bearer realm=\"entrepot\"")
        let denied = try desk.ask("POST", "/api/trades", Self.trade, as: caller(.viewer))
        #expect(denied.status == 403 && denied.at("code") == "NOPERM")
        let vega = try #require(Identifier("vega"))
        let foreign = try desk.ask(
            "POST", "/api/trades", Self.trade, as: caller(.trader, [vega]))
        #expect(foreign.status == 403)
        try desk.ask("POST", "/api/trades", Self.trade)
        #expect(try desk.ask("GET", "/api/trades/t-1", as: caller(.viewer, [vega])).status == 404)
        #expect(
            try desk.ask("GET", "/api/inventory/luna/water", as: caller(.viewer, [vega])).status
                == 200)
    }
}

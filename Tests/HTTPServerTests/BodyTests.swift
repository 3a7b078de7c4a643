import HTTPCore
import Testing

@testable import HTTPServer

/// Bodies become words, or are refused with a pointer to each wrong field.
@Suite struct BodyTests {
    @Test(arguments: [
        (
            "POST /api/trades",
            #"{"id":"t-1","seller":"luna","buyer":"mars","lines":[{"item":"water","quantity":5,"#
                + #""price":"12.50"},{"item":"ore","quantity":1}],"currency":"CR","eta":"+7d","#
                + #""reference":"PO 7","attributes":{"a":[1,2]},"max_total":"70.00"}"#,
            "TRADE CREATE luna mars water:5@12.50 ore:1 ID t-1 CURRENCY CR MAX 70.00 ETA +7d "
                + #"REF 'PO 7' META {"a":[1,2]}"#
        ),
        (
            "POST /api/trades",
            #"{"seller":"luna","buyer":"mars","lines":[{"item":"water","quantity":1}],"#
                + #""ttl_seconds":900,"id":null,"attributes":null}"#,
            "TRADE RESERVE luna mars water:1 TTL 900"
        ),
        (
            "POST /api/trades",
            #"{"seller":"luna","buyer":"mars","lines":[{"item":"water","quantity":2.0}]}"#,
            "TRADE CREATE luna mars water:2"
        ),
        (
            "POST /api/trades/quote",
            #"{"seller":"luna","buyer":"mars","lines":[{"item":"water","quantity":1}],"#
                + #""ttl_seconds":900}"#, "TRADE QUOTE luna mars water:1"
        ),
        ("POST /api/trades/t-1/commit", "", "TRADE COMMIT t-1"),
        ("POST /api/trades/t-1/commit", "{}", "TRADE COMMIT t-1"),
        ("POST /api/trades/t-1/cancel", #"{"reason":"twice"}"#, "TRADE CANCEL t-1 REASON twice"),
        ("POST /api/trades/t-1/pay", #"{"reference":"INV 1"}"#, "TRADE PAY t-1 REF 'INV 1'"),
        (
            "POST /api/cargo",
            #"{"id":"c-1","origin":"luna","destination":"mars","lines":[{"item":"water","#
                + #""quantity":5}],"eta":"+3d","attributes":{}}"#,
            "CARGO CREATE luna mars water:5 ID c-1 ETA +3d"
        ),
        (
            "PUT /api/cargo/c-1",
            #"{"status":"in_transit","eta":"+1d","ship":"hermes","position":{"x":1,"y":-2.5,"#
                + #""z":3e2},"note":"hi there","reason":"why"}"#,
            "CARGO UPDATE c-1 STATUS in_transit ETA +1d BY hermes AT 1 -2.5 3e2 NOTE 'hi there' "
                + "REASON why"
        ),
        ("PUT /api/cargo/update/c-1", #"{"status":null}"#, "CARGO UPDATE c-1"),
        (
            "POST /api/cargo/c-1/dispatch", #"{"ship":"hermes","eta":"+2d"}"#,
            "CARGO DISPATCH c-1 BY hermes ETA +2d"
        ),
        (
            "POST /api/cargo/c-1/track", #"{"position":{"x":1,"y":2,"z":3},"note":"n"}"#,
            "CARGO TRACK c-1 1 2 3 NOTE n"
        ),
        ("POST /api/cargo/c-1/eta", #"{"eta":"+1d"}"#, "CARGO ETA c-1 +1d"),
        ("POST /api/cargo/c-1/hold", #"{"reason":"customs"}"#, "CARGO HOLD c-1 REASON customs"),
        ("POST /api/cargo/c-1/resume", "", "CARGO RESUME c-1"),
        ("POST /api/cargo/c-1/return", "", "CARGO RETURN c-1"),
        ("POST /api/cargo/c-1/deliver", "", "CARGO DELIVER c-1"),
        (
            "POST /api/cargo/c-1/deliver",
            #"{"lines":[{"item":"water","quantity":4,"lost":1,"reason":"a leak"},{"item":"ore","#
                + #""lost":2}]}"#,
            "CARGO DELIVER c-1 water:4 LOST 'water:1@a leak' ore:2"
        ),
        (
            "POST /api/inventory/luna/water", #"{"action":"add","quantity":5,"reason":"r"}"#,
            "INVENTORY ADD luna water 5 REASON r"
        ),
        (
            "POST /api/inventory/luna/water",
            #"{"action":"adjust","quantity":-5,"reason":"count"}"#,
            "INVENTORY ADJUST luna water -5 REASON count"
        ),
        (
            "POST /api/inventory/luna/water",
            #"{"action":"limits","capacity":null,"low_at":3,"ask":"9.50","currency":"CR"}"#,
            "INVENTORY LIMITS luna water CAPACITY NONE LOW 3 ASK 9.50 CR"
        ),
        (
            "POST /api/inventory/luna/water", #"{"action":"limits","ask":null}"#,
            "INVENTORY LIMITS luna water ASK NONE"
        ),
        (
            "DELETE /api/inventory/luna/water?reason=sold%20off", "",
            "INVENTORY CLEAR luna water REASON 'sold off'"
        ),
        (
            "POST /api/stations",
            #"{"id":"io","name":"Io","kind":"planet","position":{"x":1,"y":2,"z":3},"#
                + #""attributes":{"a":1}}"#,
            #"STATION ADD io NAME Io KIND planet AT 1 2 3 META {"a":1}"#
        ),
        (
            "PATCH /api/stations/luna", #"{"name":null,"orbits":null,"position":null}"#,
            "STATION SET luna NAME NONE ORBITS NONE AT NONE"
        ),
        (
            "POST /api/items",
            #"{"id":"tea","name":"Tea","unit":"kg","mass":0.0015,"volume":1e-3,"price":"3","#
                + #""currency":"CR","status":"active"}"#,
            "ITEM ADD tea NAME Tea UNIT kg MASS 0.002 VOLUME 0.001 PRICE 3 CR STATUS active"
        ),
        (
            "PATCH /api/items/water", #"{"price":"13.00","mass":null}"#,
            "ITEM SET water MASS NONE PRICE 13.00 CR"
        ),
        ("PATCH /api/items/water", #"{"price":null}"#, "ITEM SET water PRICE NONE"),
        (
            "POST /api/ships", #"{"id":"zeus","mass":10,"station":"luna"}"#,
            "SHIP ADD zeus MASS 10 DOCKED luna"
        ),
        (
            "PATCH /api/ships/hermes", #"{"status":"out_of_service","volume":null}"#,
            "SHIP SET hermes VOLUME NONE STATUS out_of_service"
        ),
        (
            "POST /api/currencies", #"{"code":"EUR","name":"Euro coin","scale":2}"#,
            "CURRENCY ADD EUR 'Euro coin' 2"
        ),
        (
            "POST /api/rates", #"{"base":"EUR","quote":"CR","rate":"1.25"}"#,
            "RATE SET EUR CR 1.25"
        ),
    ]) func good(request: String, body: String, words: String) throws {
        let parts = request.split(separator: " ").map(String.init)
        let reaction = try Desk().ask(
            parts[0], parts[1], body.isEmpty ? nil : body, words: true)
        #expect(reaction.text == words)
    }

    private static let trade = #""seller":"luna","buyer":"mars","lines":[{"item":"water","#

    @Test(arguments: [
        ("POST /api/trades", "{", 400, "", "not JSON"),
        ("POST /api/trades", "", 400, "", "body is missing"),
        ("POST /api/trades", "[]", 422, "", "must be an object"),
        ("POST /api/trades", "{\(trade)\"quantity\":1}],\"sellr\":1}", 422, "/sellr", "seller"),
        ("POST /api/trades", #"{"seller":"luna","buyer":"mars"}"#, 422, "/lines", "is missing"),
        ("POST /api/trades", "{\(trade)\"quantity\":1.5}]}", 422, "/lines/0/quantity", "whole"),
        ("POST /api/trades", "{\(trade)\"quantity\":\"1\"}]}", 422, "/lines/0/quantity", "whole"),
        ("POST /api/trades", "{\(trade)\"quantity\":0}]}", 422, "/lines/0/quantity", "must be 1"),
        (
            "POST /api/trades", "{\(trade)\"quantity\":9007199254740992}]}", 422,
            "/lines/0/quantity", "must be 1"
        ),
        (
            "POST /api/trades", "{\(trade)\"quantity\":1,\"price\":12.5}]}", 422,
            "/lines/0/price", "use a string"
        ),
        (
            "POST /api/trades", "{\(trade)\"quantity\":1,\"price\":\"-1\"}]}", 422,
            "/lines/0/price", "negative"
        ),
        (
            "POST /api/trades", "{\(trade)\"quantity\":1}],\"max_total\":70}", 422,
            "/max_total", "use a string"
        ),
        (
            "POST /api/trades", "{\(trade)\"quantity\":1}],\"eta\":\"soon\"}", 422, "/eta", "time"
        ),
        (
            "POST /api/trades", "{\(trade)\"quantity\":1}],\"id\":\"search\"}", 422, "/id",
            "another"
        ),
        (
            "POST /api/trades", "{\(trade)\"quantity\":1}],\"reference\":\"none\"}", 422,
            "/reference", "NONE"
        ),
        (
            "POST /api/trades", #"{"seller":"lu na","buyer":"mars","lines":[]}"#, 422, "/seller",
            "is not an id"
        ),
        ("PUT /api/cargo/c-1", #"{"status":"delayed"}"#, 422, "/status", "must be one of"),
        ("PUT /api/cargo/c-1", #"{"position":{"x":1,"y":2}}"#, 422, "/position", "x, y and z"),
        (
            "POST /api/inventory/luna/water", #"{"action":"sell"}"#, 422, "/action",
            "must be one of"
        ),
        (
            "POST /api/inventory/luna/water", #"{"action":"add","quantity":1,"capacity":3}"#, 422,
            "/capacity", "unknown"
        ),
        (
            "POST /api/inventory/luna/water", #"{"action":"adjust","quantity":1}"#, 422,
            "/reason", "is missing"
        ),
        ("POST /api/inventory/luna/water", #"{"action":"limits"}"#, 422, "", "at least 2"),
        ("PATCH /api/stations/luna", "{}", 422, "", "at least one"),
        ("PATCH /api/stations/luna", #"{"kind":null}"#, 422, "/kind", "not be null"),
        ("POST /api/items", #"{"id":"tea","price":"3"}"#, 422, "/currency", "is missing"),
        (
            "POST /api/rates", #"{"base":"EUR","quote":"CR","rate":1.25}"#, 422, "/rate",
            "use a string"
        ),
        (
            "POST /api/cargo/c-1/deliver", #"{"lines":[{"item":"water"}]}"#, 422, "/lines/0/lost",
            "is missing"
        ),
        ("POST /api/trades/t-1/pay", #"{"a/b~":1}"#, 422, "/a~1b~0", "unknown"),
    ]) func refused(
        request: String, body: String, status: Int, pointer: String, detail: String
    ) throws {
        let parts = request.split(separator: " ").map(String.init)
        let reaction = try Desk().ask(parts[0], parts[1], body.isEmpty ? nil : body)
        #expect(reaction.status == status, "\(reaction.text)")
        #expect(reaction.at("detail").contains(detail), "\(reaction.text)")
        if status == 422 {
            #expect(reaction.at("errors.0.pointer") == pointer, "\(reaction.text)")
            #expect(reaction.at("code") == "RANGE")
        }
    }

    @Test func otherMediaTypes() throws {
        let desk = try Desk()
        let form = try desk.ask(
            "POST", "/api/trades", "a=1", fields: ["Content-Type: text/plain"])
        #expect(form.status == 415)
        let patch = try desk.ask(
            "PATCH", "/api/stations/luna", #"{"name":"L"}"#,
            fields: ["Content-Type: application/merge-patch+json; charset=utf-8"])
        #expect(patch.status == 200)
    }

    /// Attributes are merged (RFC 7396), not replaced.
    @Test func mergesAttributes() throws {
        let desk = try Desk()
        try desk.ask("PATCH", "/api/stations/luna", #"{"attributes":{"a":1,"b":{"c":2,"d":3}}}"#)
        let merged = try desk.ask(
            "PATCH", "/api/stations/luna", #"{"attributes":{"a":null,"b":{"c":null},"e":[]}}"#)
        #expect(merged.at("attributes") == #"{"b":{"d":3},"e":[]}"#)
        let cleared = try desk.ask("PATCH", "/api/stations/luna", #"{"attributes":null}"#)
        #expect(cleared.at("attributes") == "{}")
    }
}

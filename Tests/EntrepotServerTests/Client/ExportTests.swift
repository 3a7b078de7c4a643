import Basics
import EntrepotServer
import JSON
import Testing

@Suite struct ExportTests {
    private func rows(_ json: String, _ kind: DataKind) throws -> [DataRow] {
        ExportRows.rows(try JSONReader.parse(json.utf8.span), of: kind)
    }

    private func csv(_ json: String, _ kind: DataKind) throws -> String {
        var text = ByteBuffer()
        for row in try rows(json, kind) { ExportRows.appendCSV(row, of: kind, to: &text) }
        return String(decoding: text.array, as: UTF8.self)
    }

    private func ndjson(_ json: String, _ kind: DataKind) throws -> String {
        var text = ByteBuffer()
        for row in try rows(json, kind) { ExportRows.appendJSON(row, of: kind, to: &text) }
        return String(decoding: text.array, as: UTF8.self)
    }

    private let station = """
        {"id":"moon","name":"The \\"Moon\\", ours","kind":"planet","orbits":"earth",\
        "position":{"x":-1.5,"y":0,"z":2},"status":"closed","attributes":{"a":[1]},"seq":4}
        """

    @Test func stations() throws {
        #expect(
            try csv(station, .stations)
                == "moon,\"The \"\"Moon\"\", ours\",planet,earth,-1.5,0,2,closed,"
                + "\"{\"\"a\"\":[1]}\"\n"
        )
        #expect(
            try ndjson(station, .stations)
                == "{\"id\":\"moon\",\"name\":\"The \\\"Moon\\\", ours\",\"kind\":\"planet\","
                + "\"orbits\":\"earth\",\"x\":-1.5,\"y\":0,\"z\":2,\"status\":\"closed\","
                + "\"attributes\":{\"a\":[1]}}\n")
        let bare = "{\"id\":\"a\",\"name\":null,\"position\":null,\"attributes\":{}}"
        #expect(try csv(bare, .stations) == "a,,,,,,,,\n")
    }

    @Test func stock() throws {
        let row = """
            {"station":"a","item":"ore","on_hand":5,"reserved":1,"capacity":100,"low_at":10,\
            "ask":"1.50","currency":"CR"}
            """
        #expect(try csv(row, .stock) == "a,ore,5,1.50,CR,100,\n")
        let low = "{\"station\":\"a\",\"item\":\"ore\",\"on_hand\":0,\"low_at\":3}"
        #expect(try csv(low, .stock) == "a,ore,0,,,,3\n")
        let empty = "{\"station\":\"a\",\"item\":\"ore\",\"on_hand\":0,\"capacity\":null}"
        #expect(try csv(empty, .stock).isEmpty)
    }

    /// Never low is said in so many words: an empty field is a tenth of the capacity.
    @Test func stockThatIsNeverLow() throws {
        let json = #"{"station":"a","item":"b","on_hand":1,"capacity":50,"low_at":null}"#
        let table = try csv(json, .stock)
        #expect(table.contains(",50,NONE"), "\(table)")
        #expect(try ndjson(json, .stock).contains(#""low_at":"NONE""#))
    }

    @Test func aTradeHasARowForEachLine() throws {
        let trade = """
            {"id":"t","seller":"a","buyer":"b","lines":[{"item":"ore","quantity":2,\
            "unit_price":"1.50"},{"item":"tin","quantity":1,"unit_price":"2.00"}],"currency":"CR",\
            "status":"completed","reference":null,"attributes":{},\
            "created":"2026-11-20T22:20:37.541Z"}
            """
        #expect(
            try csv(trade, .trades)
                == "a,b,ore,2,1.50,CR,t,2026-11-20T22:20:37.541Z,,completed,\n"
                + "a,b,tin,1,2.00,CR,t,2026-11-20T22:20:37.541Z,,completed,\n")
    }

    @Test func whatIsExportedIsKnownAgain() throws {
        let row = try #require(try rows(station, .stations).first)
        let record = try JSONReader.parse(station.utf8.span)
        #expect(ImportComparison.station(row, record).isEmpty)
        #expect(
            ImportRequests.station(row) == [
                [
                    "STATION", "ADD", "moon", "NAME", "The \"Moon\", ours", "KIND", "planet",
                    "ORBITS", "earth", "META", "{\"a\":[1]}", "AT", "-1.5", "0", "2",
                ], ["STATION", "CLOSE", "moon"],
            ])
    }
}

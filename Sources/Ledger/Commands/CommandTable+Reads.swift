import Domain

/// The rows of the reads.
extension CommandTable {
    private static let most = 1_024

    static let catalogReads: [CommandSpec] = stationReads + itemReads + fleetReads + currencyReads

    private static let stationReads: [CommandSpec] = [
        CommandSpec(
            "STATION GET", words: 3...3, .read, .viewer, .catalog, "id", "Shows a station.",
            keys: KeyArguments(2, 2), .read(CatalogQueries.station)),
        CommandSpec(
            "STATION LIST", words: 2...6, [.read, .list], .viewer, .catalog,
            "[LIMIT n] [CURSOR c]", "Lists the stations by id.", .read(CatalogQueries.stations)),
        CommandSpec(
            "STATION NEAR", words: 3...5, [.read, .list], .viewer, .catalog, "id [LIMIT n]",
            "Lists the other stations, the nearest first.", keys: KeyArguments(2, 2),
            .read(CatalogQueries.near)),
    ]

    private static let itemReads: [CommandSpec] = [
        CommandSpec(
            "ITEM GET", words: 3...3, .read, .viewer, .catalog, "id", "Shows an item.",
            keys: KeyArguments(2, 2), .read(CatalogQueries.item)),
        CommandSpec(
            "ITEM LIST", words: 2...8, [.read, .list], .viewer, .catalog,
            "[CATEGORY c] [LIMIT n] [CURSOR c]", "Lists the items by id.",
            .read(CatalogQueries.items)),
        CommandSpec(
            "ITEM SEARCH", words: 3...7, [.read, .list], .viewer, .catalog,
            "text [LIMIT n] [CURSOR c]",
            "Lists the items whose id, name, category or description holds a text.",
            .read(CatalogQueries.search)),
    ]

    private static let fleetReads: [CommandSpec] = [
        CommandSpec(
            "SHIP GET", words: 3...3, .read, .viewer, .catalog, "id", "Shows a ship.",
            keys: KeyArguments(2, 2), .read(CatalogQueries.ship)),
        CommandSpec(
            "SHIP LIST", words: 2...8, [.read, .list], .viewer, .catalog,
            "[STATUS s] [LIMIT n] [CURSOR c]", "Lists the ships by id.",
            .read(CatalogQueries.ships)),
    ]

    private static let currencyReads: [CommandSpec] = [
        CommandSpec(
            "CURRENCY LIST", words: 2...2, [.read, .list], .viewer, .catalog, "",
            "Lists the currencies.", .read(CurrencyQueries.currencies)),
        CommandSpec(
            "RATE GET", words: 4...4, .read, .viewer, .catalog, "base quote",
            "Shows how many of quote one base is worth.", keys: KeyArguments(2, 3),
            .read(CurrencyQueries.rate)),
        CommandSpec(
            "RATE LIST", words: 2...2, [.read, .list], .viewer, .catalog, "", "Lists the rates.",
            .read(CurrencyQueries.rates)),
        CommandSpec(
            "RATE CONVERT", words: 5...5, .read, .viewer, .catalog, "amount from to",
            "Converts an amount at the stored rate, rounded once.", .read(CurrencyQueries.convert)),
    ]

    static let inventoryReads: [CommandSpec] = [
        CommandSpec(
            "INVENTORY GET", words: 3...most, .read, .viewer, .inventory,
            "station [item] [AS OF seq|time] [LIMIT n] [CURSOR c]",
            "Shows a stock row, or those of a station, now or in the past.",
            keys: KeyArguments(2, 3), .read(InventoryQueries.get)),
        CommandSpec(
            "INVENTORY LEVEL", words: 4...4, [.read, .level], .viewer, .inventory, "station item",
            "Gives what is available, 0 where nothing was ever stocked.", keys: KeyArguments(2, 3),
            .read(InventoryQueries.level)),
        CommandSpec(
            "INVENTORY HISTORY", words: 4...most, [.read, .list], .viewer, .inventory,
            "station item [FROM x] [TO x] [LIMIT n] [CURSOR c] [REV]",
            "Lists the changes of a stock row.", keys: KeyArguments(2, 3),
            .read(StockHistoryQueries.history)),
        CommandSpec(
            "INVENTORY FIND", words: 3...most, [.read, .list], .viewer, .inventory,
            "item [MIN n] [LIMIT n] [CURSOR c]", "Lists who stocks an item.",
            keys: KeyArguments(2, 2), .read(InventoryQueries.find)),
        CommandSpec(
            "EXPLAIN STOCK", words: 4...4, [.read, .list], .viewer, .inventory, "station item",
            "Tells what a stock row's figures consist of.", keys: KeyArguments(2, 3),
            .read(StockHistoryQueries.explain)),
    ]

    static let tradeReads: [CommandSpec] = [
        CommandSpec(
            "TRADE GET", words: 3...most, .read, .viewer, .trade, "id [id ...] [AS OF seq|time]",
            "Shows trades, now or in the past.", keys: KeyArguments(2, -1),
            .read(TradeQueries.get)),
        CommandSpec(
            "TRADE LIST", words: 2...most, [.read, .list], .viewer, .trade,
            "[STATION s] [ROLE buyer|seller] [STATUS s] [ITEM i] [REF text] [FROM t] [TO t] "
                + "[LIMIT n] [CURSOR c] [REV]", "Lists trades in the order of their making.",
            .read(TradeQueries.list)),
        CommandSpec(
            "TRADE HISTORY", words: 3...most, [.read, .list], .viewer, .trade,
            "id [FROM x] [TO x] [LIMIT n] [CURSOR c] [REV]",
            "Lists the events that changed a trade.", keys: KeyArguments(2, 2),
            .read(TradeQueries.history)),
        CommandSpec(
            "TRADE SUMMARY", words: 2...6, [.read, .list], .viewer, .trade,
            "[STATION s] [DAYS n]", "Sums up the trades and cargo of the last days.",
            .read(SummaryQueries.summary)),
        CommandSpec(
            "TRADE SERIES", words: 2...14, [.read, .list], .viewer, .trade,
            "[STATION s] [BY minute|hour|day] [FROM t] [TO t] [LIMIT n] [CURSOR c]",
            "Counts trades and their value by minute, hour or day.",
            .read(SeriesQueries.series)),
        CommandSpec(
            "ITEM PRICES", words: 3...14, [.read, .list], .viewer, .trade,
            "item [STATION s] [FROM t] [TO t] [LIMIT n] [CURSOR c] [REV]",
            "Lists what was paid for an item, trade by trade.", keys: KeyArguments(2, 2),
            .read(PriceQueries.prices)),
        CommandSpec(
            "EXPLAIN TRADE", words: 3...3, [.read, .list], .viewer, .trade, "id",
            "Tells how a trade's prices came about and what it moved.", keys: KeyArguments(2, 2),
            .read(ExplainQueries.trade)),
    ]

    static let cargoReads: [CommandSpec] = [
        CommandSpec(
            "CARGO GET", words: 3...6, .read, .viewer, .cargo, "id [AS OF seq|time]",
            "Shows a shipment, now or in the past.", keys: KeyArguments(2, 2),
            .read(CargoQueries.get)),
        CommandSpec(
            "CARGO LIST", words: 2...most, [.read, .list], .viewer, .cargo,
            "[STATION s] [ROLE origin|destination] [STATUS s] [DELAYED] [SHIP s] [ITEM i] "
                + "[FROM t] [TO t] [LIMIT n] [CURSOR c] [REV]",
            "Lists shipments in the order of their making.", .read(CargoQueries.list)),
        CommandSpec(
            "CARGO HISTORY", words: 3...most, [.read, .list], .viewer, .cargo,
            "id [FROM x] [TO x] [LIMIT n] [CURSOR c] [REV]", "Lists what happened to a shipment.",
            keys: KeyArguments(2, 2), .read(CargoQueries.history)),
        CommandSpec(
            "CARGO MAP", words: 2...6, [.read, .list], .viewer, .cargo, "[LIMIT n] [CURSOR c]",
            "Shows the stations' places and the shipments under way.", .read(MapQueries.map)),
    ]

    static let logReads: [CommandSpec] = [
        CommandSpec(
            "EVENT LIST", words: 2...15, [.read, .list], .viewer, .events,
            "[TYPES a,b] [STATIONS a,b] [FROM x] [TO x] [LIMIT n] [CURSOR c] [REV]",
            "Lists events of the log, by type and station.", .read(EventQueries.list))
    ]
}

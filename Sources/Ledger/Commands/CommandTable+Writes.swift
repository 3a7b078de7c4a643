import Domain

/// The rows of the store's own commands.
extension CommandTable {
    private static let most = 1_024

    static let stationWrites: [CommandSpec] = [
        CommandSpec(
            "STATION ADD", words: 3...most, .write, .admin, .catalog,
            "id [NAME text] [KIND planet|station|depot] [ORBITS planet] [AT x y z] [META json]",
            "Adds a station.", keys: KeyArguments(2, 2),
            .write(.stationAdd, StationCommands.add)),
        CommandSpec(
            "STATION SET", words: 4...most, .write, .operator, .catalog,
            "id [NAME text|NONE] [KIND planet|station|depot] [ORBITS planet|NONE] [AT x y z|NONE] "
                + "[META json|NONE]", "Changes a station.", keys: KeyArguments(2, 2),
            .write(.stationSet, StationCommands.set)),
        CommandSpec(
            "STATION CLOSE", words: 3...3, .write, .operator, .catalog, "id",
            "Closes a station: it neither buys nor sells.", keys: KeyArguments(2, 2),
            .write(.stationClose, StationCommands.close)),
        CommandSpec(
            "STATION OPEN", words: 3...3, .write, .operator, .catalog, "id",
            "Opens a closed station.", keys: KeyArguments(2, 2),
            .write(.stationOpen, StationCommands.open)),
    ]

    static let itemWrites: [CommandSpec] = [
        CommandSpec(
            "ITEM ADD", words: 3...most, .write, .admin, .catalog,
            "id [NAME text] [DESCRIPTION text] [CATEGORY c] [UNIT u] [MASS kg] [VOLUME m3] "
                + "[PRICE amount currency|NONE] [META json] [STATUS active|retired]",
            "Adds an item.",
            keys: KeyArguments(2, 2), .write(.itemAdd, ItemCommands.add)),
        CommandSpec(
            "ITEM SET", words: 4...most, .write, .admin, .catalog,
            "id [NAME text|NONE] [DESCRIPTION text|NONE] [CATEGORY c|NONE] [UNIT u|NONE] "
                + "[MASS kg|NONE] [VOLUME m3|NONE] [PRICE amount currency|NONE] [META json|NONE] "
                + "[STATUS active|retired]",
            "Changes an item.", keys: KeyArguments(2, 2), .write(.itemSet, ItemCommands.set)),
    ]

    static let fleetWrites: [CommandSpec] = [
        CommandSpec(
            "SHIP ADD", words: 3...most, .write, .admin, .catalog,
            "id [NAME text] [MASS kg] [VOLUME m3] [DOCKED station]", "Adds a ship.",
            keys: KeyArguments(2, 2), .write(.shipAdd, ShipCommands.add)),
        CommandSpec(
            "SHIP SET", words: 4...most, .write, .admin, .catalog,
            "id [NAME text|NONE] [MASS kg|NONE] [VOLUME m3|NONE] [DOCKED station|NONE] [STATUS s]",
            "Changes a ship.", keys: KeyArguments(2, 2), .write(.shipSet, ShipCommands.set)),
        CommandSpec(
            "SHIP TRACK", words: 6...8, .write, .admin, .catalog, "id x y z [NOTE text]",
            "Moves a ship and the shipments aboard.", keys: KeyArguments(2, 2),
            .write(.shipTrack, ShipCommands.track)),
        CommandSpec(
            "CURRENCY ADD", words: 5...5, .write, .admin, .catalog, "code name scale",
            "Adds a currency; its scale never changes.", keys: KeyArguments(2, 2),
            .write(.currencyAdd, ItemCommands.addCurrency)),
        CommandSpec(
            "RATE SET", words: 5...5, .write, .admin, .catalog, "base quote rate",
            "Sets how many of quote one base is worth.", keys: KeyArguments(2, 3),
            .write(.rateSet, ItemCommands.setRate)),
    ]

    static let inventoryWrites: [CommandSpec] = [
        CommandSpec(
            "INVENTORY ADD", words: 5...7, .write, .operator, .inventory,
            "station item quantity [REASON r]", "Books goods in, from outside.",
            keys: KeyArguments(2, 3), .write(.inventoryAdd, InventoryCommands.add)),
        CommandSpec(
            "INVENTORY REMOVE", words: 5...7, .write, .operator, .inventory,
            "station item quantity [REASON r]", "Books goods out, used up.",
            keys: KeyArguments(2, 3), .write(.inventoryRemove, InventoryCommands.remove)),
        CommandSpec(
            "INVENTORY CLEAR", words: 4...6, .write, .operator, .inventory,
            "station item [REASON r]",
            "Books all out that is on hand; refused while any is reserved, held or incoming.",
            keys: KeyArguments(2, 3), .write(.inventoryClear, InventoryCommands.clear)),
        CommandSpec(
            "INVENTORY ADJUST", words: 7...7, .write, .operator, .inventory,
            "station item delta REASON r", "Corrects the figure on hand.",
            keys: KeyArguments(2, 3), .write(.inventoryAdjust, InventoryCommands.adjust)),
        CommandSpec(
            "INVENTORY HOLD", words: 7...7, .write, .operator, .inventory,
            "station item quantity REASON r", "Puts goods into quarantine or customs.",
            keys: KeyArguments(2, 3), .write(.inventoryHold, InventoryCommands.hold)),
        CommandSpec(
            "INVENTORY RELEASE", words: 7...7, .write, .operator, .inventory,
            "station item quantity REASON r", "Lets held goods go.",
            keys: KeyArguments(2, 3), .write(.inventoryRelease, InventoryCommands.release)),
        CommandSpec(
            "INVENTORY LIMITS", words: 5...11, .write, .operator, .inventory,
            "station item [CAPACITY n|NONE] [LOW n|NONE] [ASK price currency|NONE]",
            "Sets capacity, low level and the station's own price.", keys: KeyArguments(2, 3),
            .write(.inventoryLimits, InventoryCommands.limits)),
    ]

    private static let tradeOptions =
        "seller buyer item:qty[@price] [item:qty[@price] ...] [ID id] [CURRENCY c] [MAX total] "
        + "[ETA time|+dur] [REF text|NONE] [META json|NONE] [OCCURRED time] [TRACE]"

    static let tradeWrites: [CommandSpec] = [
        CommandSpec(
            "TRADE QUOTE", words: 5...most, .decides, .viewer, .trade, tradeOptions,
            "Prices a trade and writes nothing.", keys: KeyArguments(2, 3),
            .write(nil, TradeCommands.quote)),
        CommandSpec(
            "TRADE CREATE", words: 5...most, .write, .trader, .trade, tradeOptions,
            "Makes a trade: goods leave the seller at once.", keys: KeyArguments(2, 3),
            .write(.tradeCreate, TradeCommands.create)),
        CommandSpec(
            "TRADE RESERVE", words: 7...most, .write, .trader, .trade,
            tradeOptions + " TTL seconds", "Reserves a trade, which expires by itself.",
            keys: KeyArguments(2, 3), .write(.tradeReserve, TradeCommands.reserve)),
        CommandSpec(
            "TRADE COMMIT", words: 3...3, .write, .trader, .trade, "id",
            "Turns a reservation into a trade.", keys: KeyArguments(2, 2),
            .write(.tradeCommit, TradeCommands.commit)),
        CommandSpec(
            "TRADE CANCEL", words: 3...5, .write, .trader, .trade, "id [REASON r]",
            "Cancels a trade while nothing has left.", keys: KeyArguments(2, 2),
            .write(.tradeCancel, TradeCommands.cancel)),
        CommandSpec(
            "TRADE PAY", words: 3...5, .write, .trader, .trade, "id [REF text|NONE]",
            "Marks a trade as paid.", keys: KeyArguments(2, 2),
            .write(.tradePay, TradeCommands.pay)),
    ]

    static let cargoWrites: [CommandSpec] = [
        CommandSpec(
            "CARGO CREATE", words: 5...most, .write, .trader, .cargo,
            "origin destination item:qty [item:qty ...] [ID id] [ETA time|+dur]",
            "Ships goods between two stations without a trade.", keys: KeyArguments(2, 3),
            .write(.cargoCreate, CargoCommands.create)),
        CommandSpec(
            "CARGO DISPATCH", words: 3...7, .write, .trader, .cargo,
            "id [BY ship] [ETA time|+dur]", "Sends a pending shipment on its way.",
            keys: KeyArguments(2, 2), .write(.cargoDispatch, CargoCommands.dispatch)),
        CommandSpec(
            "CARGO TRACK", words: 6...8, .write, .trader, .cargo, "id x y z [NOTE text]",
            "Adds a point to a shipment's history.", keys: KeyArguments(2, 2),
            .write(.cargoTrack, CargoCommands.track)),
        CommandSpec(
            "CARGO HOLD", words: 3...5, .write, .trader, .cargo, "id [REASON r]",
            "Holds a shipment on its way.", keys: KeyArguments(2, 2),
            .write(.cargoHold, CargoCommands.hold)),
        CommandSpec(
            "CARGO RESUME", words: 3...5, .write, .trader, .cargo, "id [REASON r]",
            "Lets a held shipment go on.", keys: KeyArguments(2, 2),
            .write(.cargoResume, CargoCommands.resume)),
        CommandSpec(
            "CARGO ETA", words: 4...4, .write, .trader, .cargo, "id time|+dur",
            "Sets a new time of arrival.", keys: KeyArguments(2, 2),
            .write(.cargoETA, CargoCommands.eta)),
        CommandSpec(
            "CARGO DELIVER", words: 3...most, .write, .trader, .cargo,
            "id [item:qty ...] [LOST item:qty[@reason] ...] [REASON r]",
            "Books a receipt: whole, or per line.", keys: KeyArguments(2, 2),
            .write(.cargoDeliver, CargoCommands.deliver)),
        CommandSpec(
            "CARGO UPDATE", words: 3...most, .write, .trader, .cargo,
            "id [STATUS s] [ETA time|+dur] [BY ship] [AT x y z] [NOTE text] [REASON r]",
            "Changes any of these as one transaction; what is so already changes nothing.",
            keys: KeyArguments(2, 2), .write(.cargoUpdate, CargoUpdateCommand.update)),
        CommandSpec(
            "CARGO CANCEL", words: 3...5, .write, .trader, .cargo, "id [REASON r]",
            "Cancels a shipment that has not left.", keys: KeyArguments(2, 2),
            .write(.cargoCancel, CargoCommands.cancel)),
        CommandSpec(
            "CARGO LOSE", words: 3...5, .write, .trader, .cargo, "id [REASON r]",
            "Writes a shipment's open goods off.", keys: KeyArguments(2, 2),
            .write(.cargoLose, CargoCommands.lose)),
        CommandSpec(
            "CARGO RETURN", words: 3...5, .write, .trader, .cargo, "id [REASON r]",
            "Sends a shipment's open goods back.", keys: KeyArguments(2, 2),
            .write(.cargoReturn, CargoCommands.giveBack)),
    ]

    static let catalogCommands = stationWrites + itemWrites + fleetWrites + catalogReads
    static let inventoryCommands = inventoryWrites + inventoryReads
    static let tradeCommands = tradeWrites + tradeReads
    static let cargoCommands = cargoWrites + cargoReads
}

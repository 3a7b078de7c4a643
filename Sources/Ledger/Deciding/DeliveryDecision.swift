import Basics
import Domain

/// Receipts: whole, or per line with quantities, in as many parts as it takes.
enum DeliveryDecision {
    /// What a receipt says of one item.
    struct Receipt {
        let item: ItemNumber
        var quantity: Int64
        var lost: Int64
        var reason: String?
    }

    /// Books a receipt.
    ///
    /// - Parameters:
    ///   - receipts: empty means everything that is still open.
    ///   - reason: of the receipt as a whole.
    static func deliver(
        _ found: Shipment, _ receipts: [Receipt], reason: String?, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        var shipment = found
        try ShipmentDecision.require(shipment, in: [.inTransit, .held], to: .delivered)
        try ShipmentDecision.requireScope([shipment.destination], transaction)
        var lines: [ReceiptLine] = []
        var moves = StockMoves()
        if receipts.isEmpty {
            for index in shipment.lines.indices where shipment.lines[index].open > 0 {
                let open = shipment.lines[index].open
                try book(
                    &shipment, line: index, quantity: open, lost: 0, reason: nil, &moves, &lines,
                    transaction)
            }
        } else {
            for receipt in receipts {
                try spread(receipt, over: &shipment, &moves, &lines, transaction)
            }
        }
        try moves.checkInvariants(transaction)
        let isDone = shipment.lines.allSatisfy { $0.open == 0 }
        let type = finish(&shipment, isDone: isDone, transaction)
        var details = ShipmentDetails()
        details.receipt = lines
        details.reason = reason
        if isDone {
            details.ships = ShipmentDecision.unload(
                shipment, dockedAt: shipment.destination, transaction)
        }
        var trade = try ShipmentDecision.settledTrade(of: shipment, transaction)
        if !isDone, let open = trade {
            details.trades = partial(open, seq: transaction.nextSeq, transaction)
        }
        ShipmentDecision.emit(
            type, &shipment, stock: moves.seal(seq: transaction.nextSeq), details: details,
            transaction)
        if isDone { ShipmentDecision.settle(&trade, transaction) }
        return shipment
    }

    /// The status after a receipt, and the event that tells it: a shipment of which nothing ever
    /// arrived is lost, not delivered.
    private static func finish(
        _ shipment: inout Shipment, isDone: Bool, _ transaction: Transaction
    ) -> EventType {
        if !isDone { return .shipmentReceived }
        shipment.delayed = false
        if ShipmentDecision.fulfilment(of: shipment) == .none {
            shipment.status = .lost
            return .shipmentLost
        }
        shipment.status = .delivered
        shipment.delivered = transaction.now
        shipment.position = transaction.state.station(shipment.destination)?.position
        return .shipmentDelivered
    }

    /// The trade's new fulfilment, told by the receipt's own event.
    private static func partial(
        _ trade: Trade, seq: UInt64, _ transaction: Transaction
    ) -> [RecordChange<Trade>] {
        var after = trade
        after.seq = seq
        after.updated = transaction.now
        return [RecordChange(after: after, previous: trade.seq)]
    }

    /// Books a receipt on the open lines of its item, first line first.
    private static func spread(
        _ receipt: Receipt, over shipment: inout Shipment, _ moves: inout StockMoves,
        _ lines: inout [ReceiptLine], _ transaction: Transaction
    ) throws(CommandError) {
        var quantity = receipt.quantity
        var lost = receipt.lost
        for index in shipment.lines.indices where shipment.lines[index].item == receipt.item {
            let arrived = min(quantity, shipment.lines[index].open)
            let gone = min(lost, shipment.lines[index].open - arrived)
            if arrived == 0 && gone == 0 { continue }
            try book(
                &shipment, line: index, quantity: arrived, lost: gone, reason: receipt.reason,
                &moves, &lines, transaction)
            quantity -= arrived
            lost -= gone
        }
        if quantity > 0 || lost > 0 {
            let item = transaction.names.item(receipt.item)
            let isAboard = shipment.lines.contains { $0.item == receipt.item }
            throw CommandError(
                .range,
                isAboard
                    ? "shipment \(shipment.id) has no more than "
                        + "\(receipt.quantity + receipt.lost - quantity - lost) of \(item) open, "
                        + "\(receipt.quantity + receipt.lost) named"
                    : "shipment \(shipment.id) carries no \(item)")
        }
    }

    private static func book(
        _ shipment: inout Shipment, line index: Int, quantity: Int64, lost: Int64, reason: String?,
        _ moves: inout StockMoves, _ lines: inout [ReceiptLine], _ transaction: Transaction
    ) throws(CommandError) {
        let item = shipment.lines[index].item
        shipment.lines[index].delivered += quantity
        shipment.lines[index].lost += lost
        try moves.incoming(shipment.destination, item, by: -(quantity + lost), transaction)
        if quantity > 0 {
            try moves.onHand(
                shipment.destination, item, by: quantity, against: .transit, transaction)
        }
        lines.append(ReceiptLine(item: item, quantity: quantity, lost: lost, reason: reason))
    }
}

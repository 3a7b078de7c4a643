import Domain
import Storage

/// What the stored trades and shipments say that the stock rows must be.
struct StockProof {
    private struct Figures {
        var reserved: Int128 = 0
        var incoming: Int128 = 0
    }

    private var figures: [StockKey: Figures] = [:]
    private var onHand: [ItemNumber: Int128] = [:]
    private var open: [ItemNumber: Int128] = [:]
    private var lost: [ItemNumber: Int128] = [:]

    mutating func add(_ trade: Trade) {
        if trade.status != .reserved { return }
        for line in trade.lines {
            let from = StockKey(station: trade.seller, item: line.item)
            let to = StockKey(station: trade.buyer, item: line.item)
            figures[from, default: Figures()].reserved += Int128(line.quantity)
            figures[to, default: Figures()].incoming += Int128(line.quantity)
        }
    }

    mutating func add(_ shipment: Shipment) {
        for line in shipment.lines {
            if line.lost != 0 { lost[line.item, default: 0] += Int128(line.lost) }
            if !shipment.status.isOpen { continue }
            let to = StockKey(station: shipment.destination, item: line.item)
            let rest = Int128(line.quantity) - Int128(line.delivered) - Int128(line.lost)
            figures[to, default: Figures()].incoming += rest
            open[line.item, default: 0] += rest
        }
    }

    /// Checks a stored row, after all trades and shipments were added.
    mutating func check(_ stock: Stock, _ names: Names, _ report: VerificationReport) {
        let wanted = figures.removeValue(forKey: stock.key) ?? Figures()
        onHand[stock.item, default: 0] += Int128(stock.onHand)
        func fail(_ detail: String) {
            report.add(
                .stock, StoredForm.name(of: stock.key, names), seq: stock.seq, detail)
        }
        if stock.onHand < 0 || stock.reserved < 0 || stock.held < 0 || stock.incoming < 0 {
            fail("a figure is below zero")
        } else if Int128(stock.reserved) + Int128(stock.held) > Int128(stock.onHand) {
            fail("\(stock.reserved) reserved and \(stock.held) held of \(stock.onHand) on hand")
        }
        if Int128(stock.reserved) != wanted.reserved {
            fail("\(stock.reserved) reserved, the open reservations make \(wanted.reserved)")
        }
        if Int128(stock.incoming) != wanted.incoming {
            fail("\(stock.incoming) incoming, what is on its way makes \(wanted.incoming)")
        }
    }

    /// Checks what needs all rows.
    ///
    /// - Parameter movements: of the log; nil where it is not whole.
    func finish(_ movements: MovementSums?, _ names: Names, _ report: VerificationReport) {
        for (key, wanted) in figures where wanted.reserved != 0 || wanted.incoming != 0 {
            report.add(
                .stock, StoredForm.name(of: key, names),
                "there is no row, \(wanted.reserved) should be reserved and \(wanted.incoming) "
                    + "incoming")
        }
        guard let movements else { return }
        let items = Set(onHand.keys).union(movements.onHand.keys).union(movements.transit.keys)
            .union(open.keys).union(lost.keys)
        for item in items.sorted() {
            let key = "item/\(names.item(item))"
            let stored = onHand[item] ?? 0
            let moved = movements.onHand[item] ?? 0
            if stored != moved {
                report.add(
                    .conservation, key, "\(stored) on hand, the movements make \(moved)")
            }
            let under = (open[item] ?? 0) + (lost[item] ?? 0)
            let given = movements.transit[item] ?? 0
            if under != given {
                report.add(
                    .conservation, key,
                    "\(under) on their way or lost on it, the movements into transit make \(given)")
            }
        }
    }
}

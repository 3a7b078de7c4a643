#!/usr/bin/env python3
"""Recomputes what a back-test reports, apart from the server: backtest_totals.py RULE EVENTS REPORT

RULE is bulk-discount or scarcity-pricing, as shipped; EVENTS what `entrepot export events` wrote as
NDJSON; REPORT what `entrepot plugin backtest … --json` printed. Exit status 0: every total agrees.
"""
import json
import sys
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


def bulk_discount(price, quantity, shelf):
    if quantity >= 1000:
        return price * Decimal("0.90")
    return price * Decimal("0.95") if quantity >= 100 else None


def scarcity_pricing(price, quantity, shelf):
    if not shelf or not shelf["capacity"]:
        return None
    full = shelf["on_hand"] * 100 // shelf["capacity"]
    extra = (50 - full) * 40 // 50 if full < 50 else 0
    return price * (100 + extra) / 100 if extra else None


RULES = {"bulk-discount": bulk_discount, "scarcity-pricing": scarcity_pricing}


def transactions(path):
    """The events of each transaction, together."""
    group = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if group and event["transaction"]["first"] != group[0]["transaction"]["first"]:
                yield group
                group = []
            group.append(event)
    if group:
        yield group


def base_price(steps, line):
    """The price of a line as the first rule found it."""
    return Decimal([step for step in steps if step["line"] == line and step["source"] != "rule"][-1]["after"])


def recompute(rule, path):
    shelves, money = {}, defaultdict(lambda: [Decimal(0), Decimal(0)])
    items = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    trades = changed_trades = lines = changed_lines = 0
    for group in transactions(path):
        for event in group:
            if event["type"] not in ("trade.initiated", "trade.reserved"):
                continue
            trade, steps = event["data"]["trade"], event["data"]["steps"]
            trades, has_changed = trades + 1, False
            for number, line in enumerate(trade["lines"]):
                before, quantity = base_price(steps, number), line["quantity"]
                shelf = shelves.get((trade["seller"], line["item"]))
                after = RULES[rule](before, quantity, shelf)
                after = before if after is None else after.quantize(CENT, ROUND_HALF_EVEN)
                lines += 1
                money[trade["currency"]][0] += before * quantity
                money[trade["currency"]][1] += after * quantity
                entry = items[line["item"], trade["currency"]]
                entry[0] += quantity
                entry[1] += before * quantity
                entry[2] += after * quantity
                if after != before:
                    changed_lines, has_changed = changed_lines + 1, True
            changed_trades += has_changed
        for event in group:
            data = event["data"]
            rows = data.get("stock") or []
            for row in rows if isinstance(rows, list) else [rows]:
                shelves[row["station"], row["item"]] = row
    return {
        "trades": {"examined": trades, "changed": changed_trades},
        "lines": {"examined": lines, "changed": changed_lines},
        "money": {code: [str(before), str(after)] for code, (before, after) in money.items()},
        "items": {f"{item} {code}": [quantity, str(before), str(after)]
                  for (item, code), (quantity, before, after) in items.items() if before != after},
    }


def main():
    rule, events, report_path = sys.argv[1:4]
    own = recompute(rule, events)
    with open(report_path, encoding="utf-8") as file:
        report = json.load(file)
    told = {
        "trades": {key: report["trades"][key] for key in ("examined", "changed")},
        "lines": {key: report["lines"][key] for key in ("examined", "changed")},
        "money": {row["currency"]: [row["before"], row["after"]] for row in report["money"]},
        "items": {f"{row['item']} {row['currency']}": [row["quantity"], row["before"], row["after"]]
                  for row in report["items"]},
    }
    left_out = len(own["items"]) - len(told["items"])
    if left_out != report["items_left_out"]:
        sys.exit(f"{report['items_left_out']} items are said to be left out, {left_out} are")
    own["items"] = {key: value for key, value in own["items"].items() if key in told["items"]}
    if own != told:
        sys.exit(f"the report differs\ntold       {json.dumps(told)[:4000]}\nrecomputed {json.dumps(own)[:4000]}")
    print(f"{rule}: {told['lines']['examined']} lines, {told['lines']['changed']} changed, "
          f"{len(told['items'])} items: every total agrees")


main()

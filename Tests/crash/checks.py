"""What must hold behind a crash, read through the protocol only."""
import json

from server import is_error
from writers import STATIONS


def original(reply):
    """A reply without the mark of a repeat: what the first execution said."""
    if isinstance(reply, list):
        return [original(one) for one in reply]
    if isinstance(reply, str) and reply.endswith(',"replayed":true}'):
        return reply[:-len(',"replayed":true}')] + "}"
    return reply


def was_repeat(reply):
    if isinstance(reply, list):
        return all(was_repeat(one) for one in reply)
    return original(reply) != reply


def refused(reply):
    """Whether nothing was done: an error, or a MULTI whose reply is one."""
    return is_error(reply)


class Findings(list):
    """What is wrong, one sentence each, and how many acknowledged operations are gone."""

    lost = 0

    def add(self, text):
        self.append(text)

    def lose(self, text):
        self.lost += 1
        self.append(text)

    @property
    def only_losses(self):
        return len(self) == self.lost


def repeat_all(client, operations, findings):
    """Repeats every operation of one writer in order; returns op -> the reply of its execution.

    Acknowledged: the same reply, marked as a repeat. Unknown: executed now or before, whole; what
    one connection pipelined happened in order, so behind a first execution no sure operation can
    have happened before.
    """
    settled, asked = {}, []
    for operation in operations:
        replies = {json.dumps(original(r)) for r in operation["replies"]}
        if len(replies) > 1 and not any(refused(r) for r in operation["replies"]):
            findings.add(f"{operation['op']}: two replies to one id: {sorted(replies)}")
        done = [r for r in operation["replies"] if not refused(r)]
        operation["acked"] = original(done[0]) if done else None
        if not done and operation["replies"]:
            settled[operation["op"]] = operation["replies"][0]
        else:
            asked.append(operation)
    _check_absent(client, [o for o in operations if o["op"] in settled and o["kind"] == "create"],
                  findings)
    _check_whole(client, [o for o in asked if o["acked"] is None and o["kind"] == "multi"], findings)
    replies = iter(client.pipeline([w for o in asked for w in o["commands"]]))
    first = None
    for operation in asked:
        reply = [next(replies) for _ in operation["commands"]][-1]
        name, acked = operation["op"], operation["acked"]
        settled[name] = original(reply)
        if acked is not None:
            if not was_repeat(reply) or original(reply) != acked:
                findings.lose(f"{name}: acknowledged {acked}, the repeat says {reply}")
        elif operation["sure"]:
            if refused(reply):
                findings.add(f"{name}: cannot be refused, was: {reply}")
            elif not was_repeat(reply):
                first = first or name
            elif first:
                findings.add(f"{name}: happened, but {first} before it on its connection did not")
    return settled


def _check_absent(client, operations, findings):
    """What was refused left nothing behind."""
    if not operations:
        return
    found = client.call("TRADE", "GET", *[o["ids"][0] for o in operations])
    for operation, one in zip(operations, found if isinstance(found, list) else [found]):
        if one is not None:
            findings.add(f"{operation['op']}: was refused, and is there: {one}")


def _check_whole(client, operations, findings):
    for operation in operations:
        found = client.call("TRADE", "GET", *operation["ids"])
        present = sum(one is not None for one in found)
        if present not in (0, len(found)):
            findings.add(f"{operation['op']}: {present} of the {len(found)} trades of one MULTI")


class Log:
    """The event log as far as it was checked: consecutive, in whole transactions."""

    def __init__(self):
        self.last, self.history = 0, None
        self.subjects = {}

    def follow(self, client, findings):
        """Reads on from where the last call ended."""
        count = first = 0
        while True:
            rows = client.call("XRANGE", "events", f"{self.last + 1}-0", "+", "COUNT", 1000)
            if is_error(rows):
                findings.add(f"XRANGE: {rows}")
                return
            for _, fields in rows:
                event = json.loads(fields[5])
                seq, of = event["seq"], event["transaction"]
                if seq != self.last + 1:
                    findings.add(f"log: {seq} follows {self.last}")
                if seq == of["first"]:
                    if first + count > seq:
                        findings.add(f"log: the transaction at {first} has fewer than {count}")
                    first, count = of["first"], of["count"]
                elif (of["first"], of["count"]) != (first, count) or seq >= first + count:
                    findings.add(f"log: {seq} is in {of}, the one before in {first}, {count}")
                self.last, self.subjects[seq] = seq, event["subject"]
                self.history = event["id"].partition(":")[0]
            if len(rows) < 1000:
                break
        if self.last and self.last != first + count - 1 and count:
            findings.add(f"log: ends at {self.last} within the transaction {first}, {count}")

    def has(self, reply, findings):
        """The event that a record's reply names is there and is about that record."""
        record = json.loads(reply)
        subject = self.subjects.get(record["seq"])
        if "id" in record and subject is not None and not subject.endswith("/" + record["id"]):
            findings.add(f"log: event {record['seq']} is about {subject}, not {record['id']}")
        if subject is None and record["seq"] > self.last:
            findings.add(f"log: event {record['seq']} of {record.get('id')} is missing")


def pages(client, *words):
    """All records of a LIST."""
    cursor = []
    while True:
        reply = client.call(*words, "LIMIT", 1000, *cursor)
        page = json.loads(reply)
        yield from page["items"]
        if not page["next"]:
            return
        cursor = ["CURSOR", page["next"]]


def check_stock(client, supply, findings, with_cargo=True):
    """No figure below zero; what was supplied is on hand or on its way."""
    held = dict.fromkeys(supply, 0)
    for station in STATIONS:
        for stock in pages_of_stock(client, station):
            place = f"{station} {stock['item']}"
            for figure in ("on_hand", "reserved", "held", "incoming", "available"):
                if stock[figure] < 0:
                    findings.add(f"{place}: {figure} is {stock[figure]}")
            if stock["reserved"] + stock["held"] > stock["on_hand"]:
                findings.add(f"{place}: more promised than on hand: {stock}")
            held[stock["item"]] += stock["on_hand"]
    if not with_cargo:
        return
    for status in ("pending", "in_transit", "held"):
        for cargo in pages(client, "CARGO", "LIST", "STATUS", status):
            for line in cargo["lines"]:
                held[line["item"]] += line["quantity"] - line["delivered"] - line["lost"]
    for item, expected in supply.items():
        if held[item] != expected:
            findings.add(f"{item}: {expected} supplied, {held[item]} on hand or on the way")


def pages_of_stock(client, station):
    reply = json.loads(client.call("INVENTORY", "GET", station))
    return reply["items"] if isinstance(reply, dict) and "items" in reply else reply

"""What a writer sends until the server dies, and the journal that outlives it.

    journal = line…                                one JSON object per line, in order
    line    = {"op","kind","commands","sure","supply","ids"}      before it is sent
            | {"op","reply"}                                      behind its exact reply

Every operation can be repeated: it names its own id, or has a key.
"""
import json
import os
import threading

from server import Client, Lost, is_error

STATIONS = [f"s{n}" for n in range(8)]
ITEMS = [f"i{n}" for n in range(6)]
SUPPLY = 10_000_000
SCARCE = "scarce"


def seed(client):
    """The market that the writers trade in; returns what was supplied of each item."""
    commands = [["STATION", "ADD", s] for s in STATIONS]
    commands += [["ITEM", "ADD", i, "PRICE", f"{n + 1}.25", "CR", "MASS", "1", "VOLUME", "1"]
                 for n, i in enumerate([*ITEMS, SCARCE])]
    commands += [["INVENTORY", "ADD", s, i, SUPPLY] for s in STATIONS for i in ITEMS]
    commands += [["INVENTORY", "ADD", s, SCARCE, 40] for s in STATIONS]
    commands += [["INVENTORY", "LIMITS", "s7", SCARCE, "CAPACITY", 60]]
    bad = [r for r in client.pipeline(commands) if is_error(r)]
    if bad:
        raise RuntimeError(f"the market could not be made: {bad[0]}")
    return {**{i: SUPPLY * len(STATIONS) for i in ITEMS}, SCARCE: 40 * len(STATIONS)}


class Journal:
    """One writer's file: every line is on the disk before what follows it happens."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")

    def write(self, lines):
        self.file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        self.file.flush()
        os.fdatasync(self.file.fileno())

    def close(self):
        self.file.close()

    @staticmethod
    def read(path):
        """The operations in order, each with "replies": every reply that came for it."""
        operations = {}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                if "commands" in entry:
                    entry["replies"] = []
                    operations[entry["op"]] = entry
                else:
                    operations[entry["op"]]["replies"].append(entry["reply"])
        return list(operations.values())


class Maker:
    """Makes operations; knows which of its own records are in which state, as far as replied."""

    def __init__(self, name, random):
        self.name, self.random, self.count = name, random, 0
        self.reserved, self.initiated, self.pending, self.moving = [], [], [], []
        self.done = []

    def _pair(self):
        return self.random.sample(STATIONS, 2)

    def _lines(self):
        items = self.random.sample(ITEMS, self.random.choice([1, 1, 1, 2, 3]))
        return [f"{i}:{self.random.randint(1, 9)}" for i in items]

    def _operation(self, kind, commands, sure=False, supply=None, ids=()):
        return {"op": f"{self.name}-{self.count}", "kind": kind, "commands": commands,
                "sure": sure, "supply": supply or {}, "ids": list(ids)}

    def _keyed(self, kind, words, **more):
        return self._operation(kind, [["KEY", f"k{self.name}-{self.count}", *words]], **more)

    def next(self):
        self.count += 1
        return self.random.choices(
            [self.create, self.scarce, self.reserve, self.settle, self.pay, self.transfer,
             self.move, self.stock, self.transaction, self.again],
            [28, 4, 12, 12, 4, 8, 14, 10, 4, 4])[0]()

    def create(self):
        trade = f"t{self.name}-{self.count}"
        return self._operation(
            "create", [["TRADE", "CREATE", *self._pair(), *self._lines(), "ID", trade]], True,
            ids=[trade])

    def scarce(self):
        trade = f"t{self.name}-{self.count}"
        return self._operation(
            "create", [["TRADE", "CREATE", *self._pair(), f"{SCARCE}:1", "ID", trade]],
            ids=[trade])

    def reserve(self):
        trade = f"r{self.name}-{self.count}"
        ttl = self.random.choice([1, 3600, 3600, 3600])
        return self._operation(
            "reserve",
            [["TRADE", "RESERVE", *self._pair(), *self._lines(), "TTL", ttl, "ID", trade]], True,
            ids=[trade])

    def settle(self):
        if not self.reserved:
            return self.reserve()
        trade = self.reserved.pop(self.random.randrange(len(self.reserved)))
        return self._keyed("settle", ["TRADE", self.random.choice(["COMMIT", "CANCEL"]), trade])

    def pay(self):
        if not self.initiated:
            return self.create()
        trade = self.initiated.pop(self.random.randrange(len(self.initiated)))
        verb = self.random.choice(["PAY", "PAY", "CANCEL"])
        return self._keyed("pay", ["TRADE", verb, trade])

    def transfer(self):
        cargo = f"c{self.name}-{self.count}"
        return self._operation(
            "cargo", [["CARGO", "CREATE", *self._pair(), *self._lines(), "ID", cargo]], True,
            ids=[cargo])

    def move(self):
        """Dispatches what waits, delivers, loses or returns what is under way."""
        if self.moving and self.random.random() < 0.6:
            cargo, lines = self.moving.pop(self.random.randrange(len(self.moving)))
            ending = self.random.choice(["deliver", "deliver", "deliver", "short", "lose", "return"])
            if ending == "deliver":
                return self._keyed("deliver", ["CARGO", "DELIVER", cargo])
            if ending == "return":
                return self._keyed("return", ["CARGO", "RETURN", cargo])
            if ending == "lose":
                return self._keyed("lose", ["CARGO", "LOSE", cargo],
                                   supply={item: -q for item, q in lines})
            item, quantity = lines[0]
            words = ["CARGO", "DELIVER", cargo]
            for name, whole in lines:
                words.append(f"{name}:{quantity - 1 if name == item else whole}")
            if quantity == 1:
                words = [w for w in words if w != f"{item}:0"]
            return self._keyed("deliver", [*words, "LOST", f"{item}:1"], supply={item: -1})
        if not self.pending:
            return self.transfer()
        cargo, lines = self.pending.pop(self.random.randrange(len(self.pending)))
        return self._keyed("dispatch", ["CARGO", "DISPATCH", cargo], ids=[cargo])

    def stock(self):
        place, item = self.random.choice(STATIONS), self.random.choice(ITEMS)
        quantity = self.random.randint(1, 50)
        verb = self.random.choice(["ADD", "ADD", "REMOVE", "ADJUST", "HOLD", "RELEASE"])
        if verb == "ADD":
            return self._keyed("stock", ["INVENTORY", "ADD", place, item, quantity], sure=True,
                               supply={item: quantity})
        if verb == "REMOVE":
            return self._keyed("stock", ["INVENTORY", "REMOVE", place, item, quantity],
                               supply={item: -quantity})
        if verb == "ADJUST":
            delta = self.random.choice([-quantity, quantity])
            return self._keyed("stock",
                               ["INVENTORY", "ADJUST", place, item, delta, "REASON", "count"],
                               supply={item: delta})
        return self._keyed("stock", ["INVENTORY", verb, place, item, 1, "REASON", "customs"])

    def transaction(self):
        ids = [f"m{self.name}-{self.count}-{n}" for n in range(self.random.randint(2, 5))]
        commands = [["TRADE", "CREATE", *self._pair(), *self._lines(), "ID", i] for i in ids]
        return self._operation("multi", [["MULTI"], *commands, ["EXEC"]], ids=ids)

    def again(self):
        """An operation of before, word for word: a client that lost the reply."""
        if not self.done:
            return self.create()
        return {**self.random.choice(self.done[-50:]), "again": True}

    def learn(self, operation, reply):
        """Takes the reply of an operation, so that the next ones build on it."""
        if is_error(reply) or operation.get("again"):
            return
        self.done.append(operation)
        kind, ids = operation["kind"], operation["ids"]
        if kind == "multi":
            self.initiated += ids
            return
        record = json.loads(reply)
        if kind == "reserve":
            self.reserved += ids
        elif kind == "create":
            self._ship(record)
            if self.random.random() < 0.3:
                self.initiated += ids
        elif kind == "settle" and record["status"] == "initiated":
            self._ship(record)
        elif kind in ("cargo", "dispatch"):
            lines = [(line["item"], line["quantity"]) for line in record["lines"]]
            (self.pending if kind == "cargo" else self.moving).append((record["id"], lines))

    def _ship(self, trade):
        if self.random.random() < 0.5:
            lines = [(line["item"], line["quantity"]) for line in trade["lines"]]
            self.pending.append((trade["shipments"][0], lines))


class Writer(threading.Thread):
    """Sends batches of 1 to 24 operations until the connection is lost."""

    def __init__(self, name, address, path, random):
        super().__init__(name=name, daemon=True)
        self.address, self.journal, self.random = address, Journal(path), random
        self.maker = Maker(name, random)
        self.problem = None

    def run(self):
        try:
            self._write()
        except Lost:
            pass
        except Exception as error:  # The round must end and say so.
            self.problem = f"{self.name}: {error!r}"
        finally:
            self.journal.close()

    def _write(self):
        client = Client(self.address)
        while True:
            depth = self.random.choice([1, 1, 2, 8, 24])
            batch = [self.maker.next() for _ in range(depth)]
            self.journal.write([o for o in batch if not o.get("again")])
            client.send([words for o in batch for words in o["commands"]])
            answered = []
            try:
                for operation in batch:
                    replies = [client.reply() for _ in operation["commands"]]
                    answered.append({"op": operation["op"], "reply": replies[-1]})
                    self.maker.learn(operation, replies[-1])
            finally:
                self.journal.write(answered)

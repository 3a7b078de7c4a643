"""What a well-behaved client notices of hostile rules: its delays without and with them.

Every rule of Tests/hostile is loaded, put in force and provoked until it is taken out, round and
round, while one client reads and one trades, each at a steady pace. Figures only: a busy machine
delays everybody. What is checked is that every reply is the expected one, that the books are right
afterwards, and that memory is not kept.
"""
import argparse
import glob
import os
import re
import sys
import tempfile
import threading
import time

from server import Client, Server, is_error

HERE = os.path.dirname(os.path.abspath(__file__))


def rules():
    found = []
    for path in sorted(glob.glob(os.path.join(HERE, "..", "hostile", "*.lua"))):
        with open(path, encoding="utf-8") as text:
            source = text.read()
        ending = re.search(r"^-- ends: (\w+)", source, re.M).group(1)
        found.append((os.path.basename(path)[:-4], ending, source))
    return found


class Steady(threading.Thread):
    """Asks the same thing every few milliseconds and keeps how long each answer took."""

    def __init__(self, address, words, expected, pause):
        super().__init__(daemon=True)
        self.client = Client(address)
        self.words, self.expected, self.pause = words, expected, pause
        self.delays, self.wrong, self.on = [], [], True

    def run(self):
        while self.on:
            began = time.monotonic()
            reply = self.client.call(*self.words)
            self.delays.append((began, time.monotonic() - began))
            if not self.expected(reply):
                self.wrong.append(reply)
            time.sleep(self.pause)

    def stop(self):
        self.on = False
        self.join()


def share(delays, part):
    ordered = sorted(delays)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1e3 if ordered else 0.0


def attack(client, until):
    """One rule after the other until the time is over; how many were met, and what surprised."""
    met, surprises = 0, []
    while time.monotonic() < until:
        for name, ending, source in rules():
            reply = client.call("PLUGIN", "LOAD", name, source)
            if is_error(reply) != (ending == "refused"):
                surprises.append(f"{name}: {str(reply)[:200]}")
            if not is_error(reply):
                client.call("PLUGIN", "MODE", name, "live")
                for _ in range(6):
                    client.call("TRADE", "CREATE", "luna", "mars", "ore:1")
                client.call("PLUGIN", "REMOVE", name)
            met += 1
            if time.monotonic() >= until:
                break
    return met, surprises


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="entrepot-hostile.") as folder:
        server = Server(options.binary, folder + "/data", folder + "/log",
                        arguments=("--plugins", folder + "/plugins"))
        try:
            server.ready()
            return measure(server, options.seconds)
        finally:
            server.kill()


def measure(server, seconds):
    client = Client(server.address)
    for line in ("STATION ADD luna", "STATION ADD mars", "ITEM ADD water PRICE 10.00 CR",
                 "ITEM ADD ore PRICE 3.00 CR", "INVENTORY ADD luna water 1000000000",
                 "INVENTORY ADD luna ore 1000000000", "INVENTORY ADD mars water 1"):
        reply = client.call(*line.split())
        assert not is_error(reply), reply
    before = server.kibibytes()
    reader = Steady(server.address, ("INVENTORY", "LEVEL", "mars", "water"),
                    lambda reply: not is_error(reply), 0.002)
    trader = Steady(server.address, ("TRADE", "CREATE", "luna", "mars", "water:1"),
                    lambda reply: not is_error(reply) or "RULEERROR" in str(reply), 0.005)
    reader.start()
    trader.start()
    time.sleep(seconds)
    middle = time.monotonic()
    met, surprises = attack(client, middle + seconds)
    reader.stop()
    trader.stop()
    print(f"{met} hostile rules in {seconds:.0f} s, memory {before >> 10} MiB before, "
          f"{server.kibibytes() >> 10} MiB after")
    print("| client | without: p50, p99, slowest ms | with: p50, p99, slowest ms |")
    print("|---|---|---|")
    for name, steady in (("reads", reader), ("trades", trader)):
        parts = [[d for t, d in steady.delays if (t < middle) == first] for first in (True, False)]
        cells = [", ".join(f"{share(p, s):.2f}" for s in (0.5, 0.99, 1)) for p in parts]
        print(f"| {name} | {cells[0]} | {cells[1]} |")
        surprises += [str(reply)[:200] for reply in steady.wrong[:5]]
    audit = str(client.call("AUDIT"))
    if '"ok":true' not in audit:
        surprises.append(f"AUDIT: {audit[:300]}")
    for surprise in surprises:
        print("FINDING", surprise)
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())

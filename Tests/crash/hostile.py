"""What well-behaved clients notice of hostile rules: their delays without and with them.

Every rule of Tests/hostile is loaded, put in force and provoked until it is taken out, round and
round, while one client reads and one trades, each at a steady pace: first without hostile rules,
then with one every 100 ms (far more than any operator loads), then with as many as the server
takes. Every client is a process of its own, so that none waits for another's interpreter. Figures
only: a busy machine delays everybody. What is checked is that every reply is the expected one, that
the books are right afterwards, and that memory is not kept.
"""
import argparse
import glob
import multiprocessing
import os
import re
import sys
import tempfile
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


class Steady:
    """Asks the same thing every few milliseconds and keeps how long each answer took."""

    def __init__(self, context, address, words, expected, pause):
        self.pipe, far = context.Pipe()
        self.process = context.Process(
            target=self.run, args=(far, address, words, expected, pause), daemon=True)
        self.process.start()

    @staticmethod
    def run(pipe, address, words, expected, pause):
        client, delays, wrong = Client(address), [], []
        while not pipe.poll():
            began = time.monotonic()
            reply = client.call(*words)
            delays.append((began, time.monotonic() - began))
            if not expected(reply):
                wrong.append(str(reply)[:200])
            time.sleep(pause)
        pipe.send((delays, wrong))

    def stop(self):
        """When it asked and how long it waited, and the replies that were not as expected."""
        self.pipe.send(None)
        result = self.pipe.recv()
        self.process.join()
        return result


def share(delays, part):
    ordered = sorted(delays)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1e3 if ordered else 0.0


def attack(pipe, address, seconds, pause):
    """One rule after the other until the time is over; how many were met, and what surprised."""
    client, met, surprises = Client(address), 0, []
    os.nice(19)  # Elsewhere, it would not take the server's processors.
    began = time.monotonic()
    while time.monotonic() < began + seconds:
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
            time.sleep(max(0.0, began + met * pause - time.monotonic()))
            if time.monotonic() >= began + seconds:
                break
    pipe.send((met, surprises))


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
    context = multiprocessing.get_context("fork")
    reader = Steady(context, server.address, ("INVENTORY", "LEVEL", "mars", "water"),
                    lambda reply: not is_error(reply), 0.002)
    trader = Steady(context, server.address, ("TRADE", "CREATE", "luna", "mars", "water:1"),
                    lambda reply: not is_error(reply) or "RULEERROR" in str(reply), 0.005)
    time.sleep(0.5)
    edges, heads, surprises = [time.monotonic()], ["without"], []
    time.sleep(seconds)
    edges.append(time.monotonic())
    for pause in (0.1, 0.0):
        near, far = context.Pipe()
        attacker = context.Process(target=attack, args=(far, server.address, seconds, pause))
        attacker.start()
        met, surprised = near.recv()
        attacker.join()
        edges.append(time.monotonic())
        heads.append(f"{met / (edges[-1] - edges[-2]):.0f} a second")
        surprises += surprised
    parts = [steady.stop() for steady in (reader, trader)]
    print(f"memory {before >> 10} MiB before, {server.kibibytes() >> 10} MiB after; "
          "p50, p99, slowest in ms")
    print(f"| client | {' | '.join(heads)} |")
    print("|---|" + "---|" * len(heads))
    for name, (delays, wrong) in zip(("reads", "trades"), parts):
        cells = []
        for start, end in zip(edges, edges[1:]):
            those = [d for t, d in delays if start <= t < end]
            cells.append(", ".join(f"{share(those, s):.2f}" for s in (0.5, 0.99, 1)))
        print(f"| {name} | {' | '.join(cells)} |")
        surprises += wrong[:5]
    audit = str(client.call("AUDIT"))
    if '"ok":true' not in audit:
        surprises.append(f"AUDIT: {audit[:300]}")
    for surprise in surprises:
        print("FINDING", surprise)
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())

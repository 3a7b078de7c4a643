"""A million trades, a death, and what a store of that size costs: see scripts/million."""
import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time

from server import Client, Server, is_error

STATIONS, ITEMS = 200, 50


def market(client):
    commands = [["STATION", "ADD", f"s{n}"] for n in range(STATIONS)]
    commands += [["STATION", "ADD", "fresh-a"], ["STATION", "ADD", "fresh-b"]]
    commands += [["ITEM", "ADD", f"i{n}", "PRICE", "2.50", "CR"] for n in range(ITEMS)]
    commands += [["INVENTORY", "ADD", f"s{s}", f"i{i}", 1_000_000_000]
                 for s in range(STATIONS) for i in range(ITEMS)]
    commands += [["INVENTORY", "ADD", "fresh-a", "i0", 1_000_000_000]]
    bad = [r for r in client.pipeline(commands) if is_error(r)]
    if bad:
        sys.exit(f"the market could not be made: {bad[0]}")


def request(number):
    """One trade in the array form, spread over all pairs of stations and all items."""
    seller = number % STATIONS
    buyer = (seller + 1 + number // STATIONS % (STATIONS - 1)) % STATIONS
    words = ("TRADE", "CREATE", f"s{seller}", f"s{buyer}", f"i{number % ITEMS}:1", "ID", f"m-{number}")
    return "*7\r\n" + "".join(f"${len(w)}\r\n{w}\r\n" for w in words)


def trade(client, first, count, window=1000):
    """Makes trades; each reply is a bulk string, so two line ends. Returns the seconds."""
    started, sent, ends = time.monotonic(), 0, 0
    while ends < 2 * count:
        while sent < count and sent * 2 - ends < 2 * 4 * window:
            part = min(window, count - sent)
            client.socket.sendall(
                "".join(request(first + sent + n) for n in range(part)).encode())
            sent += part
        chunk = client.socket.recv(1 << 20)
        if not chunk:
            sys.exit("the server has gone")
        if b"\n-" in chunk:
            sys.exit(f"refused: {chunk[chunk.find(b'-'):][:200]}")
        ends += chunk.count(b"\n")
    return time.monotonic() - started


def pages(client, words, most):
    """Milliseconds of each page of a list, and how many records there were."""
    times, records, cursor = [], 0, []
    while len(times) < most:
        started = time.monotonic()
        reply = client.call(*words, "LIMIT", 100, *cursor)
        times.append(1000 * (time.monotonic() - started))
        page = json.loads(reply)
        records += len(page["items"])
        if not page["next"]:
            break
        cursor = ["CURSOR", page["next"]]
    return times, records


def show_pages(client, words, most):
    times, records = pages(client, words, most)
    part = max(1, min(20, len(times) // 4))
    print(f"{' '.join(words):38} {records:8} records in {len(times)} pages: first "
          f"{statistics.median(times[:part]):.2f} ms, last {statistics.median(times[-part:]):.2f} "
          f"ms, slowest {max(times):.2f} ms")


def freshness(server, first, count):
    """Writes on one connection and lists on another, while a third makes trades all the time."""
    child = os.fork()
    if child == 0:
        try:
            trade(Client(server.address), first, count)
        finally:
            os._exit(0)
    writer, reader, checked, stale = Client(server.address), Client(server.address), 0, []
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        name = f"fresh-{checked}"
        writer.call("TRADE", "CREATE", "fresh-a", "fresh-b", "i0:1", "ID", name)
        page = reader.call("TRADE", "LIST", "STATION", "fresh-b", "REV", "LIMIT", 1)
        if f'"id":"{name}"' not in page:
            stale.append(name)
        checked += 1
    print(f"fresh lists under load: {checked} writes, each in the next list of another connection"
          + (f"; MISSING {len(stale)}: {stale[:5]}" if stale else ""))
    return not stale and checked > 0


def main():
    parser = argparse.ArgumentParser(prog="scripts/million", allow_abbrev=False)
    parser.add_argument("--trades", type=int, default=1_000_000)
    parser.add_argument("--fsync", default="always")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--binary", required=True)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="entrepot-million.")
    data, log = os.path.join(folder, "data"), os.path.join(folder, "server.log")

    def start(what):
        server = Server(options.binary, data, log, options.fsync)
        seconds = server.ready(120)
        print(f"{what}: ready after {seconds:.2f} s, {server.kibibytes() >> 10} MiB resident, "
              f"{server.kibibytes('Pss', 'smaps_rollup') >> 10} MiB proportional")
        return server, seconds

    good = True
    try:
        server, _ = start("empty store")
        client = Client(server.address, 120)
        market(client)
        seconds = trade(client, 0, options.trades)
        size = sum(os.path.getsize(os.path.join(p, n)) for p, _, ns in os.walk(data) for n in ns)
        print(f"{options.trades} trades in {seconds:.1f} s, {options.trades / seconds:.0f}/s on one "
              f"connection, pipelined; {size >> 20} MiB on disk; "
              f"{server.kibibytes() >> 10} MiB resident, peak {server.kibibytes('VmHWM') >> 10}")
        server.kill()
        server, seconds = start("behind kill -9")
        good &= seconds < 3
        client = Client(server.address, 120)
        last = client.call("TRADE", "GET", f"m-{options.trades - 1}")
        good &= last is not None and not is_error(last)
        show_pages(client, ["TRADE", "LIST", "STATION", "s7"], 1000)
        show_pages(client, ["TRADE", "LIST", "STATION", "s7", "REV"], 1000)
        show_pages(client, ["TRADE", "LIST", "ITEM", "i3"], 400)
        show_pages(client, ["TRADE", "LIST"], 1000)
        show_pages(client, ["CARGO", "LIST", "STATUS", "pending"], 200)
        good &= freshness(server, options.trades, min(200_000, options.trades))
        print(f"then: {server.kibibytes() >> 10} MiB resident, "
              f"{server.kibibytes('Pss', 'smaps_rollup') >> 10} MiB proportional")
        started = time.monotonic()
        server.stop(60)
        print(f"stop in good order: {time.monotonic() - started:.2f} s")
        server, seconds = start("behind a stop in good order")
        good &= seconds < 3
        server.kill()
    finally:
        if options.keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print("good" if good else "NOT GOOD: a start over 3 s, a trade gone or a stale list")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

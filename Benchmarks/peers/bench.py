#!/usr/bin/env python3
"""Runs the same trade on Entrepot and its peers in interleaved rounds; prints medians as Markdown.

Each round starts every peer afresh, on a free port and in a folder of its own, fills it with 1 000
stations of 50 items, and measures: trades from 50 connections with 1 and 16 requests in flight, and
PING and a point read where the peer speaks the Redis protocol. After each round the peer's books
must add up. All cases go to results/bench-TIME.json, the table also to results/bench-TIME.md.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import machine
from peers import PEERS, ROOT, timed_redis_benchmark

CONNECTIONS = 50
FIGURES = ("throughput", "p50_ms", "p99_ms", "cpu_us", "disk_bytes", "memory_mib")


def measure(peer, case, operation, log_growth):
    """One timed case with its cost for the server and for the rest of the machine."""
    disk, cpu, busy = peer.disk() if log_growth else 0, peer.server.cpu(), machine.busy()
    start = time.monotonic()
    figures = operation()
    wall = time.monotonic() - start
    used = peer.server.cpu() - cpu
    # A warm-up is no part of the throughput, but its cost lies between the two readings.
    count = max(1, figures.get("all_operations", figures["operations"]))
    row = {"peer": peer.name, "case": case, "operations": figures["operations"],
           "seconds": round(wall, 2), "throughput": round(figures["throughput"], 1),
           "p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"], "errors": figures.get("errors", 0),
           "cpu_us": round(used / count * 1e6, 2), "server_cores": round(used / wall, 2),
           "other_cores": round(max(0.0, machine.busy() - busy - used) / wall, 2),
           "memory_mib": round(peer.server.memory(), 1)}
    if "p999_ms" in figures:
        row["p999_ms"] = figures["p999_ms"]
    if log_growth:
        row["disk_bytes"] = round((peer.disk() - disk) / count, 1)
    return row


def visit(kind, folder, options, round_number):
    """One peer's part of a round."""
    rows, peer = [], kind(folder)
    try:
        peer.seed()
        versions[kind.name] = peer.version()
        for pipeline in kind.pipelines:
            probe = machine.fsync_probe(folder)
            operation = peer.trades(CONNECTIONS, pipeline, options.seconds)
            row = measure(peer, f"trade P{pipeline}", operation, True)
            rows.append(dict(row, fsync_ms=round(probe, 3)))
            say(row)
        settle(peer)
        for name, words in peer.baselines().items():
            for pipeline in (1, 16):
                operation = timed_redis_benchmark(peer.port, CONNECTIONS, pipeline,
                                                  max(1, options.seconds / 2), words, 1000)
                rows.append(measure(peer, f"{name} P{pipeline}", operation, False))
                say(rows[-1])
        if not peer.verify():
            raise RuntimeError("the books do not add up after the load")
    finally:
        peer.stop()
        shutil.rmtree(peer.folder, ignore_errors=True)
    return [dict(row, round=round_number) for row in rows]


def settle(peer, longest=15):
    """Waits until the work that the trades left behind (flushes, compactions, AOF rewrites) is done,
    so that its cost is not counted as a reader's."""
    until = time.monotonic() + longest
    while time.monotonic() < until:
        used = peer.server.cpu()
        time.sleep(0.5)
        if peer.server.cpu() - used < 0.02:
            return


def say(row):
    print("{peer:14} {case:10} {throughput:>10.0f}/s  p50 {p50_ms:8.3f}  p99 {p99_ms:8.3f} ms  "
          "{cpu_us:7.2f} µs CPU  {errors} errors".format(**row), file=sys.stderr, flush=True)


def median(rows, peer, case, figure):
    values = [row[figure] for row in rows if row["peer"] == peer and row["case"] == case and figure in row]
    return statistics.median(values) if values else None


def ratio(rows, peer, other, case, figure):
    """The median over the rounds of peer ÷ other, each taken within one round."""
    values = []
    for number in {row["round"] for row in rows}:
        pair = [median([r for r in rows if r["round"] == number], name, case, figure) for name in (peer, other)]
        if None not in pair and pair[1]:
            values.append(pair[0] / pair[1])
    return statistics.median(values) if values else None


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def table(result):
    """The Markdown that goes into a page: who, where, on which library, then the figures."""
    rows, host = result["cases"], result["machine"]
    peers = [name for name in PEERS if any(row["peer"] == name for row in rows)]
    lines = [f"{host['processor']}, {host['cores']} cores, {host['memory_gib']:g} GiB, {host['system']}, "
             f"{host['filesystem']}; one append and fdatasync takes {host['fsync_ms']} ms. "
             f"{result['time']}, {result['rounds']} round(s) of {result['seconds']:g} s, {CONNECTIONS} connections, "
             "load generator on the same cores.", ""]
    lines += [f"- {PEERS[name].title}: {result['versions'][name]}" for name in peers] + [""]
    reference = "redis" if "redis" in peers else peers[0]
    lines += ["| case | peer | per second | against " + reference + " | p50 ms | p99 ms | server CPU µs | disk bytes |",
              "|---|---|--:|--:|--:|--:|--:|--:|"]
    cases = list(dict.fromkeys(row["case"] for row in rows))
    for case in cases:
        for name in peers:
            if median(rows, name, case, "throughput") is None:
                continue
            speed = ratio(rows, name, reference, case, "throughput")
            cost = [median(rows, name, case, figure) for figure in ("p50_ms", "p99_ms", "cpu_us", "disk_bytes")]
            lines.append(f"| {case} | {name} | {number(median(rows, name, case, 'throughput'))} | "
                         f"{number(speed, 2)} | {number(cost[0], 2)} | {number(cost[1], 2)} | "
                         f"{number(cost[2], 1)} | {number(cost[3])} |")
    lines += ["", "P = requests in flight per connection. GET = one stock level (Redis: GET of a string). "
              "CPU and disk are per operation, of the server's process tree and data folder."]
    errors = sum(row["errors"] for row in rows)
    noisy = sum(row["other_cores"] > 1.5 for row in rows)
    lines.append(f"{errors} errors; {noisy} of {len(rows)} cases with more than 1.5 cores used outside the server "
                 "(the load generator counts here).")
    return "\n".join(lines) + "\n"


def read_options():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--only", help="comma-separated: " + ", ".join(PEERS))
    words.add_argument("--seconds", type=float, default=8, help="of each trade case; a read case takes half")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--quick", action="store_true", help="one round of 3 s on Entrepot and Redis")
    words.add_argument("--folder", default="/var/tmp", help="where the data folders are made: a real disk")
    options = words.parse_args()
    if options.quick:
        options.seconds, options.rounds = min(options.seconds, 3), 1
    wanted = options.only or ("entrepot,redis" if options.quick else ",".join(PEERS))
    options.peers = wanted.split(",")
    unknown = [name for name in options.peers if name not in PEERS]
    if unknown:
        words.error(f"unknown: {', '.join(unknown)}")
    return options


def present(name, chosen):
    """Whether the peer's programs are there; a chosen one that is not ends the run."""
    missing = [program for program in PEERS[name].programs if not (os.path.exists(program) or shutil.which(program))]
    if missing and chosen:
        sys.exit(f"{name}: {', '.join(missing)} is not there")
    if missing:
        print(f"{name}: left out, {', '.join(missing)} is not there", file=sys.stderr)
    return not missing


versions = {}


def main():
    options = read_options()
    peers = [name for name in options.peers if present(name, options.only is not None)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="entrepot-bench.", dir=options.folder)
    os.chmod(folder, 0o755)  # PostgreSQL runs as its own user
    rows, failed = [], []
    try:
        host = machine.describe(folder)
        for number in range(options.rounds):
            turn = number % len(peers)
            for name in peers[turn:] + peers[:turn]:
                try:
                    rows += visit(PEERS[name], folder, options, number)
                except (RuntimeError, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
                    failed.append(name)
                    print(f"{name}: FAILED: {error}", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if rows:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        result = {"time": time.strftime("%Y-%m-%d %H:%M"), "machine": host, "versions": versions,
                  "seconds": options.seconds, "rounds": options.rounds, "connections": CONNECTIONS,
                  "cases": rows, "failed": failed}
        os.makedirs(os.path.join(ROOT, "results"), exist_ok=True)
        base = os.path.join(ROOT, "results", f"bench-{stamp}")
        with open(base + ".json", "w") as out:
            json.dump(result, out, indent=1)
        text = table(result)
        with open(base + ".md", "w") as out:
            out.write(text)
        print(text)
        print(f"saved: {base}.json", file=sys.stderr)
    sys.exit(1 if failed or not rows else 0)


if __name__ == "__main__":
    main()

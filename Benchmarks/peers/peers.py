"""One class per peer: how it starts, what it is loaded with, how its books are checked.

Each does the same trade, answered only once it is on disk:
 1. the idempotency key is looked up; a known one returns the first result and changes nothing;
 2. the seller's on-hand quantity must do, else it is refused and nothing changes;
 3. the unit price is base + base * 1000 / (1000 + on hand), base read from a table of items;
 4. the seller's on hand goes down, the buyer's incoming goes up;
 5. a trade, unique by its key, and a shipment with its ETA, found by the ETA, are written;
 6. an event is added to an ordered log; id, unit price and total are returned.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess

from machine import Server, folder_bytes, free_port, fresh, run

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STATIONS, ITEMS, STOCK = 1000, 50, 100_000
TOTAL = STATIONS * ITEMS * STOCK
RANDOM = "__rand_int__"


def redis_benchmark(port, connections, pipeline, operations, words, span=2_000_000_000):
    """One redis-benchmark run of a command; its figures under our names."""
    out = run(["redis-benchmark", "-p", str(port), "-c", str(connections), "-P", str(pipeline),
               "-r", str(span), "-n", str(operations), "--csv", *words])
    row = out.strip().splitlines()[-1].strip('"').split('","')
    rate = float(row[1])
    return {"operations": operations, "seconds": operations / rate, "throughput": rate,
            "p50_ms": float(row[4]), "p99_ms": float(row[6]), "errors": 0}


def timed_redis_benchmark(port, connections, pipeline, seconds, words, span=2_000_000_000):
    """redis-benchmark counts operations, not seconds: as many as a short run says will fit."""
    least = connections * pipeline * 4
    first = redis_benchmark(port, connections, pipeline, max(4000, least), words("q"), span)
    wanted = int(max(least, min(first["throughput"] * seconds, 2_000_000 * seconds)))
    return lambda: redis_benchmark(port, connections, pipeline, wanted, words("m"), span)


class Redis:
    name, title, pipelines = "redis", "Redis, AOF, appendfsync always", (1, 16)
    programs = ("redis-server", "redis-cli", "redis-benchmark")

    def __init__(self, folder):
        self.folder, self.port = fresh(os.path.join(folder, self.name)), free_port()
        self.server = Server(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder,
             "--save", "", "--appendonly", "yes", "--appendfsync", "always",
             "--auto-aof-rewrite-percentage", "0"],
            os.path.join(folder, "redis.log"), lambda: self.cli("ping"))

    def cli(self, *words):
        out = run(["redis-cli", "-p", str(self.port), *words]).strip()
        if out.startswith(("ERR", "OUTOFSTOCK", "LOADING", "(error)")):
            raise RuntimeError(out)
        return out

    def seed(self):
        for first in range(0, STATIONS, 50):
            self.cli("--eval", f"{HERE}/redis/seed.lua", ",", str(first), str(first + 50), str(ITEMS), str(STOCK))
        with open(f"{HERE}/redis/trade.lua") as script:
            self.sha = self.cli("script", "load", script.read())
        one, two = (self.cli("evalsha", self.sha, "0", "1", "2", "3", "4", "selftest") for _ in range(2))
        if one != two or "|" not in one:
            raise RuntimeError(f"a retry must return the first result: {one} {two}")

    def trades(self, connections, pipeline, seconds):
        # The suffix keeps the keys of two runs apart: redis-benchmark may draw the same numbers.
        return timed_redis_benchmark(
            self.port, connections, pipeline, seconds,
            lambda run_name: ["EVALSHA", self.sha, "0", RANDOM, RANDOM, RANDOM, RANDOM,
                              f"{RANDOM}{RANDOM}{run_name}{pipeline}"])

    def baselines(self):
        return {"PING": lambda _: ["PING"], "GET": lambda _: ["GET", f"level:{RANDOM}"]}

    def disk(self):
        return folder_bytes(os.path.join(self.folder, "appendonlydir"))

    def verify(self):
        hand, incoming, events, due = map(int, self.cli("--eval", f"{HERE}/redis/verify.lua", ",", str(STATIONS)).split())
        return hand + incoming == TOTAL and incoming > 0 and events == due

    def version(self):
        return "Redis " + re.search(r"v=([\d.]+)", run(["redis-server", "--version"]))[1]

    def stop(self):
        self.server.stop()


class Tarantool:
    name, title, pipelines = "tarantool", "Tarantool, wal_mode fsync", (1, 16)
    programs = ("tarantool",)

    def __init__(self, folder):
        self.folder, self.port = fresh(os.path.join(folder, self.name)), free_port()
        self.server = Server(["tarantool", f"{HERE}/tarantool/server.lua", self.folder, str(self.port)],
                             os.path.join(folder, "tarantool.log"), lambda: self.load("verify"))

    def load(self, *words):
        return run(["tarantool", f"{HERE}/tarantool/load.lua", str(self.port), *map(str, words)])

    def seed(self):
        self.load("selftest")

    def trades(self, connections, pipeline, seconds):
        return lambda: json.loads(self.load("trade", connections, pipeline, seconds))

    def baselines(self):
        return {}

    def disk(self):
        return folder_bytes(self.folder)

    def verify(self):
        books = json.loads(self.load("verify"))
        return books["hand"] + books["incoming"] == TOTAL and books["trades"] == books["shipments"] == books["events"] > 0

    def version(self):
        return run(["tarantool", "--version"]).splitlines()[0]

    def stop(self):
        self.server.stop()


class PostgreSQL:
    """Without a pipelined case: its pipeline is one transaction, which is another promise."""
    name, title, pipelines = "postgres", "PostgreSQL, synchronous commit", (1,)
    binaries = "/usr/lib/postgresql/15/bin/"
    programs = (binaries + "postgres", binaries + "pgbench")

    def __init__(self, folder):
        root = os.geteuid() == 0
        self.folder, self.port = fresh(os.path.join(folder, self.name), "postgres" if root else None), free_port()
        self.env = dict(os.environ, PGHOST=self.folder, PGPORT=str(self.port), PGUSER="postgres", PGDATABASE="postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if root else []
        run([*as_user, self.binaries + "initdb", "-D", self.folder + "/db", "-A", "trust", "-U", "postgres",
             "--no-instructions"], cwd="/")
        mark = ["--pdeathsig", "INT"] if root else []
        self.server = Server(
            [*as_user, *mark, self.binaries + "postgres", "-D", self.folder + "/db", "-p", str(self.port),
             "-k", self.folder, "-c", "listen_addresses=", "-c", "shared_buffers=1GB", "-c", "max_connections=200",
             "-c", "max_wal_size=8GB", "-c", "checkpoint_timeout=15min", "-c", "synchronous_commit=on",
             "-c", "fsync=on"],
            os.path.join(folder, "postgres.log"), lambda: self.psql("-c", "select 1"), signal.SIGINT, cwd="/")

    def psql(self, *words):
        return run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *words], env=self.env).strip()

    def seed(self):
        self.psql("-v", f"stations={STATIONS}", "-v", f"items={ITEMS}", "-v", f"stock={STOCK}",
                  "-f", f"{HERE}/postgres/schema.sql")
        self.psql("-c", "vacuum analyze", "-c", "checkpoint")
        one, two = (self.psql("-c", "select trade(1,2,3,4,'selftest')") for _ in range(2))
        if one != two:
            raise RuntimeError(f"a retry must return the first result: {one} {two}")

    def trades(self, connections, pipeline, seconds):
        logs = fresh(self.folder + "-log")

        def measured():
            out = run([self.binaries + "pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j", "2",
                       "-T", str(max(1, int(seconds))), "-f", f"{HERE}/postgres/trade.sql", "-l",
                       f"--log-prefix={logs}/l"], env=self.env)
            times = []
            for name in os.listdir(logs):
                with open(os.path.join(logs, name)) as rows:
                    times += [int(row.split()[2]) for row in rows]
            times.sort()
            rate = float(re.search(r"tps = ([\d.]+) \(without", out)[1])
            failed = re.search(r"failed transactions: (\d+)", out)
            return {"operations": len(times), "seconds": len(times) / rate, "throughput": rate,
                    "p50_ms": times[len(times) // 2] / 1e3, "p99_ms": times[len(times) * 99 // 100] / 1e3,
                    "errors": int(failed[1]) if failed else 0}
        return measured

    def baselines(self):
        return {}

    def disk(self):
        """Log written, and tables and indexes as they stand: log files are recycled, so not by size."""
        log, tables = self.psql("-c", "select pg_current_wal_lsn() - '0/0', (select sum(pg_total_relation_size(c.oid)) "
                                "from pg_class c join pg_namespace n on n.oid = relnamespace "
                                "where nspname = 'public' and relkind = 'r')").split("|")
        return int(log) + int(tables)

    def verify(self):
        hand, incoming, trades, shipments, events = map(int, self.psql(
            "-c", "select (select sum(on_hand) from inventory), (select sum(incoming) from inventory), "
            "(select count(*) from trades), (select count(*) from shipments), (select count(*) from events)").split("|"))
        return hand + incoming == TOTAL and trades == shipments == events > 0

    def version(self):
        return "PostgreSQL " + run([self.binaries + "postgres", "--version"]).split()[2]

    def stop(self):
        self.server.stop()
        shutil.rmtree(self.folder + "-log", ignore_errors=True)


class Entrepot:
    name, title, pipelines = "entrepot", "Entrepot, fsync always", (1, 16)
    binary = os.environ.get("ENTREPOT_BINARY", os.path.join(ROOT, ".build/release/entrepot"))
    programs = (binary, "redis-benchmark")
    libraries = None

    def __init__(self, folder):
        self.folder, self.port = fresh(os.path.join(folder, self.name)), free_port()
        # Whatever begins with ENTREPOT_ is a setting to the server.
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("ENTREPOT_")}
        if self.libraries:
            self.env["LD_LIBRARY_PATH"] = self.libraries
        self.server = Server([self.binary, "serve", "--data", os.path.join(self.folder, "data"),
                              "--tcp", f"127.0.0.1:{self.port}", "--fsync", "always"],
                             os.path.join(folder, self.name + ".log"), self.ask_ping, env=self.env, cwd=self.folder)
        self.library = self.server.library("librocksdb") or "linked in"

    def ask_ping(self):
        if self.ask([["PING"]]) != 0:
            raise RuntimeError("PING is refused")

    def ask(self, commands):
        """Sends commands in one pipeline; the number of errors among the replies."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as peer:
            stream = peer.makefile("rwb")
            for start in range(0, len(commands), 500):
                part = commands[start:start + 500]
                for words in part:
                    stream.write(b"*%d\r\n" % len(words))
                    for word in map(str.encode, words):
                        stream.write(b"$%d\r\n%s\r\n" % (len(word), word))
                stream.flush()
                errors = sum(self.reply(stream) for _ in part)
                if errors:
                    return errors
        return 0

    @staticmethod
    def reply(stream):
        """Reads one reply that is no array; 1 where it is an error."""
        line = stream.readline()
        if not line:
            raise RuntimeError("the server closed the connection")
        if line[:1] == b"$" and line[1:2] != b"-":
            stream.read(int(line[1:]) + 2)
        return int(line[:1] == b"-")

    def seed(self):
        """Stations and stock for the point reads; `entrepot bench` makes its own for the trades."""
        commands = [["ITEM", "ADD", "read-item"]]
        for number in range(STATIONS):
            station = f"read-{number:012d}"
            commands += [["STATION", "ADD", station], ["INVENTORY", "ADD", station, "read-item", str(STOCK)]]
        errors = self.ask(commands)
        if errors:
            raise RuntimeError(f"{errors} of the seed's commands were refused")
        self.bench(1, 1, 1)

    def bench(self, connections, pipeline, seconds):
        out = run([self.binary, "bench", "trades", "--server", f"127.0.0.1:{self.port}",
                   "--connections", str(connections), "--pipeline", str(pipeline),
                   "--seconds", str(max(1, int(seconds))), "--json"], env=self.env)
        return json.loads(out.strip().splitlines()[-1])

    def trades(self, connections, pipeline, seconds):
        return lambda: self.bench(connections, pipeline, seconds)

    def baselines(self):
        return {"PING": lambda _: ["PING"],
                "GET": lambda _: ["INVENTORY", "LEVEL", f"read-{RANDOM}", "read-item"]}

    def disk(self):
        return folder_bytes(self.folder)

    def verify(self):
        """The server's own proof: stop it, then check the folder from outside."""
        self.server.stop()
        done = subprocess.run([self.binary, "verify", "--data", os.path.join(self.folder, "data")],
                              capture_output=True, text=True, env=self.env)
        return done.returncode == 0

    def version(self):
        return run([self.binary, "version"], env=self.env).strip().splitlines()[0] + f" on {self.library}"

    def stop(self):
        self.server.stop()


class FastEntrepot(Entrepot):
    """The same binary on the RocksDB that scripts/fast-rocksdb built."""
    name, title = "entrepot-fast", "Entrepot, fsync always, rebuilt RocksDB"
    libraries = os.path.join(ROOT, ".build/fast-rocksdb")
    programs = (*Entrepot.programs, libraries + "/librocksdb.so.7.8")


class EntrepotWithRule(Entrepot):
    """The same trade with a live pricing rule that changes the price of every line."""
    name, title, rule = "entrepot-rule", "Entrepot, fsync always, a live pricing rule", "discount"

    def seed(self):
        super().seed()
        with open(f"{HERE}/entrepot/{self.rule}.lua") as rule:
            commands = [["PLUGIN", "LOAD", "bench-pricing", rule.read()], ["PLUGIN", "MODE", "bench-pricing", "live"]]
        if self.ask(commands):
            raise RuntimeError("the rule is refused")

    def verify(self):
        """A trade shows the rule's step; then the proof of the books."""
        trade = run(["redis-cli", "-p", str(self.port), "TRADE", "LIST", "REV", "LIMIT", "1"])
        steps = run(["redis-cli", "-p", str(self.port), "EXPLAIN", "TRADE", json.loads(trade)["items"][0]["id"]])
        return "bench-pricing" in steps and super().verify()


class EntrepotWithShelfRule(EntrepotWithRule):
    """The same with a rule that reads the seller's shelf for every line."""
    name, title, rule = "entrepot-shelf", "Entrepot, fsync always, a live rule that reads the shelf", "shelf"


PEERS = {peer.name: peer for peer in (Entrepot, EntrepotWithRule, EntrepotWithShelfRule, FastEntrepot, Redis, Tarantool, PostgreSQL)}

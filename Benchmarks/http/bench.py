#!/usr/bin/env python3
"""Measures the HTTP edge against its peers in interleaved rounds; prints medians as Markdown.

item     GET of one stock record:  Entrepot, nginx with the same bytes as a static file
station  GET of a station's 50 records:  Entrepot, PostgreSQL (prepared query, pgbench), Django REST
trade    POST of a durable trade:  Entrepot (fsync always), Django REST on PostgreSQL

Each round starts every peer afresh, with 1 000 stations of 50 items. wrk drives all but PostgreSQL.
All cases go to results/http-TIME.json, the table also to results/http-TIME.md.
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
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "peers"))
import machine  # noqa: E402
import peers as trade_peers  # noqa: E402
from machine import Server, free_port, fresh, run  # noqa: E402

ROOT, STATIONS, ITEMS, STOCK = trade_peers.ROOT, trade_peers.STATIONS, trade_peers.ITEMS, trade_peers.STOCK
PASSWORD = "benchmark-password"
# What nginx serves where Entrepot does not run beside it.
EXAMPLE = (b'{"station":"s-1","item":"i-7","on_hand":100000,"reserved":0,"held":0,"incoming":0,"available":100000,'
           b'"capacity":null,"low_at":null,"low":false,"ask":null,"currency":null,"seq":52}')


def wrk(port, script, connections, seconds, **environment):
    env = dict(os.environ, BENCH_FOLDER=f"{HERE}/wrk", **environment)
    out = run(["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", f"{HERE}/wrk/{script}.lua",
               f"http://127.0.0.1:{port}"], env=env)
    return json.loads(out[out.index("RESULT ") + 7:].splitlines()[0])


class Entrepot(trade_peers.Entrepot):
    title = "Entrepot, fsync always"

    def __init__(self, folder):
        self.folder, self.port, self.http = fresh(os.path.join(folder, self.name)), free_port(), free_port()
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("ENTREPOT_")}
        secret = os.path.join(self.folder, "password")
        with open(secret, "w") as file:
            file.write(PASSWORD)
        self.server = Server([self.binary, "serve", "--data", os.path.join(self.folder, "data"),
                              "--tcp", f"127.0.0.1:{self.port}", "--http", f"127.0.0.1:{self.http}",
                              "--admin-password-file", secret, "--fsync", "always", "--access-log", "off"],
                             os.path.join(folder, self.name + ".log"), self.sign_in, env=self.env, cwd=self.folder)
        self.library = self.server.library("librocksdb") or "linked in"

    def sign_in(self):
        body = json.dumps({"username": "admin", "password": PASSWORD}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}/api/token", body,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as reply:
            self.token = json.load(reply)["access"]

    def seed(self):
        commands = [["AUTH", "admin", PASSWORD]]
        commands += [["ITEM", "ADD", f"i-{i}", "PRICE", f"{500 + 37 * i}.00", "CR"] for i in range(ITEMS)]
        for s in range(STATIONS):
            commands.append(["STATION", "ADD", f"s-{s}"])
            commands += [["INVENTORY", "ADD", f"s-{s}", f"i-{i}", str(STOCK)] for i in range(ITEMS)]
        if self.ask(commands[:1]) or self.ask_signed(commands):
            raise RuntimeError("the seed's commands were refused")

    def ask_signed(self, commands):
        """In one connection, which is signed in by the first command."""
        return super().ask(commands)

    def item(self, seconds):
        return wrk(self.http, "item", 64, seconds, BENCH_TOKEN=self.token)

    def station(self, seconds):
        return wrk(self.http, "station", 16, seconds, BENCH_TOKEN=self.token, BENCH_STATION="s-%d")

    def trade(self, seconds):
        form = '{"id":"$key","seller":"s-$seller","buyer":"s-$buyer","lines":[{"item":"i-$item","quantity":$quantity}]}'
        return wrk(self.http, "trade", 16, seconds, BENCH_TOKEN=self.token, BENCH_TRADE=form)

    def body(self, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}",
                                         headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=5) as reply:
            return reply.read()


class Nginx:
    name, title = "nginx", "nginx, the same bytes as static files"
    programs = ("nginx", "wrk")

    def __init__(self, folder):
        self.folder, self.port = fresh(os.path.join(folder, self.name)), free_port()
        os.makedirs(f"{self.folder}/api/inventory")
        with open(f"{self.folder}/nginx.conf", "w") as file:
            file.write(f"""worker_processes auto; daemon off; pid {self.folder}/pid; error_log {self.folder}/error.log;
{"user root;" if os.geteuid() == 0 else ""}
events {{ worker_connections 4096; }}
http {{ access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; types {{ }}
  default_type application/json; open_file_cache max=2000 inactive=60s;
  client_body_temp_path {self.folder}/b; proxy_temp_path {self.folder}/p; fastcgi_temp_path {self.folder}/f;
  uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  server {{ listen 127.0.0.1:{self.port}; root {self.folder}; }} }}
""")
        self.server = Server(["nginx", "-c", f"{self.folder}/nginx.conf", "-p", self.folder],
                             os.path.join(folder, "nginx.log"), self.ping, signal.SIGQUIT)

    def ping(self):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2)
        except urllib.error.HTTPError:
            pass

    def seed(self):
        """Files of the bytes that Entrepot answers."""
        for s in range(100):
            folder = f"{self.folder}/api/inventory/s-{s}"
            os.makedirs(folder)
            with open(f"{folder}/i-7", "wb") as file:
                file.write(bodies.get(s, EXAMPLE))

    def item(self, seconds):
        return wrk(self.port, "item", 64, seconds)

    def version(self):
        return subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.strip().split(": ")[1]

    def stop(self):
        self.server.stop()


class PostgreSQL(trade_peers.PostgreSQL):
    title = "PostgreSQL, prepared query over its own protocol"

    def station(self, seconds):
        """pgbench with as many clients as wrk has connections."""
        log = fresh(self.folder + "-log")
        out = run([self.binaries + "pgbench", "-n", "-M", "prepared", "-c", "16", "-j", "1", "-T", str(max(1, int(seconds))),
                   "-f", f"{HERE}/postgres/station.sql", "-l", "--sampling-rate=0.1", f"--log-prefix={log}/l"], env=self.env)
        times = []
        for name in os.listdir(log):
            with open(os.path.join(log, name)) as rows:
                times += [int(row.split()[2]) for row in rows]
        times.sort()
        rate = float(out[out.index("tps = ") + 6:].split()[0])
        count = int(out[out.index("actually processed: ") + 20:].split()[0].split("/")[0])
        return {"operations": count, "seconds": count / rate, "throughput": rate, "p50_ms": times[len(times) // 2] / 1e3,
                "p99_ms": times[len(times) * 99 // 100] / 1e3, "errors": 0}


class Django:
    name, title = "django", "Django REST on PostgreSQL, gunicorn with 4 synchronous workers"
    python = os.path.join(ROOT, ".build/django/bin/")
    programs = (*trade_peers.PostgreSQL.programs, python + "gunicorn", "wrk")

    def __init__(self, folder):
        self.postgres = trade_peers.PostgreSQL(folder)
        self.folder, self.port, place = self.postgres.folder, free_port(), os.path.join(HERE, "django")
        self.env = dict(os.environ, PGHOST=self.folder, PGPORT=str(self.postgres.port), PYTHONDONTWRITEBYTECODE="1")
        run([self.python + "python", "manage.py", "migrate", "--run-syncdb", "-v0"], env=self.env, cwd=place)
        run([self.python + "python", "seed.py", str(STATIONS), str(ITEMS), str(STOCK)], env=self.env, cwd=place)
        self.postgres.psql("-c", "vacuum analyze", "-c", "checkpoint")
        self.gunicorn = Server([self.python + "gunicorn", "-w", "4", "-b", f"127.0.0.1:{self.port}", "--log-level", "error",
                                "wsgi"], os.path.join(folder, "gunicorn.log"), self.ping, env=self.env, cwd=place)
        self.server = Pair(self.postgres.server, self.gunicorn)

    def ping(self):
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/inventory/1", timeout=5).read()

    def seed(self):
        pass

    def station(self, seconds):
        return wrk(self.port, "station", 16, seconds, BENCH_STATION="%d")

    def trade(self, seconds):
        return wrk(self.port, "trade", 16, seconds, BENCH_TRADE='{"seller":$seller,"buyer":$buyer,"item":$item,'
                   '"quantity":$quantity,"key":"$key"}')

    def version(self):
        return "Django " + run([self.python + "python", "-c", "import django; print(django.__version__)"]).strip()

    def stop(self):
        self.gunicorn.stop()
        self.postgres.stop()


class Pair:
    """The cost of two servers together."""

    def __init__(self, *servers):
        self.servers = servers

    def cpu(self):
        return sum(server.cpu() for server in self.servers)

    def memory(self):
        return sum(server.memory() for server in self.servers)


PEERS = {"entrepot": Entrepot, "nginx": Nginx, "postgres": PostgreSQL, "django": Django}
CASES = ("item", "station", "trade")
bodies, versions = {}, {}


def measure(peer, case, seconds):
    operation = getattr(peer, case)
    operation(min(1, seconds))  # warm
    cpu, start = peer.server.cpu(), time.monotonic()
    figures = operation(seconds)
    wall, used = time.monotonic() - start, peer.server.cpu() - cpu
    return {"peer": peer.name, "case": case, **figures, "cpu_us": round(used / max(1, figures["operations"]) * 1e6, 2),
            "server_cores": round(used / wall, 2), "memory_mib": round(peer.server.memory(), 1)}


def visit(kind, folder, options, number):
    rows, peer = [], kind(folder)
    try:
        peer.seed()
        versions[kind.name] = peer.version()
        if kind is Entrepot:
            bodies.update({s: peer.body(f"/api/inventory/s-{s}/i-7") for s in range(100)})
        for case in CASES:
            if hasattr(peer, case) and case in options.cases:
                rows.append(dict(measure(peer, case, options.seconds), round=number))
                print("{peer:10} {case:8} {throughput:>10.0f}/s  p50 {p50_ms:7.3f}  p99 {p99_ms:8.3f} ms  {cpu_us:8.2f} µs CPU  "
                      "{errors} errors".format(**rows[-1]), file=sys.stderr, flush=True)
    finally:
        peer.stop()
        shutil.rmtree(peer.folder, ignore_errors=True)
    return rows


def median(rows, peer, case, figure):
    values = [row[figure] for row in rows if row["peer"] == peer and row["case"] == case]
    return statistics.median(values) if values else None


def table(result):
    """Ratios are Entrepot against the peer of the line."""
    rows, host = result["cases"], result["machine"]
    lines = [f"{host['processor']}, {host['cores']} cores, {host['system']}; {result['time']}, {result['rounds']} round(s) of "
             f"{result['seconds']:g} s, the load generator on the same cores.", ""]
    lines += [f"- {PEERS[name].title}: {version}" for name, version in versions.items()] + [""]
    lines += ["| case | peer | per second | Entrepot is times | p50 ms | p99 ms | server CPU µs | errors |",
              "|---|---|--:|--:|--:|--:|--:|--:|"]
    for case in CASES:
        ours = median(rows, "entrepot", case, "throughput")
        for name in PEERS:
            rate = median(rows, name, case, "throughput")
            if rate is None:
                continue
            figures = [median(rows, name, case, figure) for figure in ("p50_ms", "p99_ms", "cpu_us", "errors")]
            times = f"{ours / rate:.2f}" if ours else "–"
            lines.append(f"| {case} | {name} | {rate:,.0f} | {times} | {figures[0]:.2f} | {figures[1]:.2f} | "
                         f"{figures[2]:,.1f} | {figures[3]:g} |")
    return "\n".join(lines) + "\n"


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--only", default=",".join(PEERS), help="comma-separated: " + ", ".join(PEERS))
    words.add_argument("--cases", default=",".join(CASES), help="comma-separated: " + ", ".join(CASES))
    words.add_argument("--seconds", type=float, default=8)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--folder", default="/var/tmp", help="where the data folders are made: a real disk")
    options = words.parse_args()
    options.cases = options.cases.split(",")
    wanted = [name for name in PEERS if name in options.only.split(",")]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="entrepot-http.", dir=options.folder)
    os.chmod(folder, 0o755)  # PostgreSQL runs as its own user
    rows, failed = [], []
    try:
        host = machine.describe(folder)
        for number in range(options.rounds):
            # Entrepot comes first: nginx serves its bytes.
            for name in wanted:
                try:
                    rows += visit(PEERS[name], folder, options, number)
                except (RuntimeError, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
                    failed.append(name)
                    print(f"{name}: FAILED: {error}", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if rows:
        result = {"time": time.strftime("%Y-%m-%d %H:%M"), "machine": host, "versions": versions,
                  "seconds": options.seconds, "rounds": options.rounds, "cases": rows, "failed": failed}
        os.makedirs(os.path.join(ROOT, "results"), exist_ok=True)
        base = os.path.join(ROOT, "results", "http-" + time.strftime("%Y%m%d-%H%M%S"))
        with open(base + ".json", "w") as out:
            json.dump(result, out, indent=1)
        with open(base + ".md", "w") as out:
            out.write(table(result))
        print(table(result))
        print(f"saved: {base}.json", file=sys.stderr)
    sys.exit(1 if failed or not rows else 0)


if __name__ == "__main__":
    main()

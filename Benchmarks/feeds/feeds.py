"""Measures live feeds: BINARY [--subscribers N] [--kind sse|ws] [--events N].

Starts a server of its own in a folder of its own, opens N idle feeds, and prints how much memory
each costs the server's process and how long one event takes to reach all of them. The reader is
this one process, so its own time is in the figures.
"""
import argparse
import base64
import os
import re
import resource
import select
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("binary")
parser.add_argument("--subscribers", type=int, default=5_000)
parser.add_argument("--kind", choices=("sse", "ws"), default="sse")
parser.add_argument("--events", type=int, default=20)
parser.add_argument("--load", type=float, default=0, help="seconds of trades with all subscribed")
options = parser.parse_args()
resource.setrlimit(resource.RLIMIT_NOFILE, (options.subscribers + 1_000,) * 2)

basic = "Basic " + base64.b64encode(b"admin:secret").decode()
SSE = (f"GET /api/updates/real-time HTTP/1.1\r\nHost: a\r\nAuthorization: {basic}\r\n"
       "Accept: text/event-stream\r\n\r\n").encode()
WS = (f"GET /api/updates/ws HTTP/1.1\r\nHost: a\r\nAuthorization: {basic}\r\n"
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()
SUBSCRIBE = b'{"op":"subscribe","id":"s1"}'
SUBSCRIBE = bytes([0x81, 0x80 | len(SUBSCRIBE), 0, 0, 0, 0]) + SUBSCRIBE


def memory(process):
    """Anonymous resident memory in bytes: what the process itself has, without the files' pages."""
    text = open(f"/proc/{process.pid}/status").read()
    return int(re.search(r"RssAnon:\s+(\d+) kB", text)[1]) * 1024


def processor(process):
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Redis:
    """The TCP port, by lines."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")
        self.run("AUTH admin secret")

    def run(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        head = self.file.readline()
        if head[:1] == b"-":
            raise SystemExit(head.decode())
        if head[:1] == b"$":
            return self.file.read(int(head[1:]) + 2)
        return head


class Reader:
    def __init__(self, port):
        self.epoll = select.epoll()
        self.sockets = {}
        self.port = port

    def open(self):
        one = socket.create_connection(("127.0.0.1", self.port))
        one.sendall(SSE if options.kind == "sse" else WS)
        wanted = b"event: ready" if options.kind == "sse" else b'"op":"heartbeat"'
        got = b""
        while wanted not in got or not (got.endswith(b"\n\n") or options.kind == "ws"):
            got += one.recv(65_536)
        if options.kind == "ws":
            one.sendall(SUBSCRIBE)
            got = b""
            while b'"op":"subscribed"' not in got:
                got += one.recv(65_536)
        one.setblocking(False)
        self.sockets[one.fileno()] = one
        self.epoll.register(one.fileno(), select.EPOLLIN)

    def drain(self, marker, deadline):
        """Reads until each feed has shown the marker; the time when the last one did."""
        missing = set(self.sockets)
        while missing:
            if time.perf_counter() > deadline:
                raise SystemExit(f"{len(missing)} feeds did not get the event")
            for descriptor, _ in self.epoll.poll(0.5, 1_024):
                if marker in self.sockets[descriptor].recv(65_536):
                    missing.discard(descriptor)
        return time.perf_counter()


folder = tempfile.mkdtemp(prefix="entrepot-feeds-", dir="/var/tmp")
process = None
try:
    log = open(f"{folder}/log", "wb+")
    process = subprocess.Popen(
        [options.binary, "serve", "--data", f"{folder}/data", "--tcp", "127.0.0.1:0",
         "--http", "127.0.0.1:0", "--plugins", f"{folder}/plugins", "--fsync", "off"],
        stdout=log, stderr=log, env={**os.environ, "ENTREPOT_ADMIN_PASSWORD": "secret"},
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (options.subscribers + 1_000,) * 2))
    found = None
    while not found:
        time.sleep(0.1)
        found = re.search(r"listening tcp=127\.0\.0\.1:(\d+) http=127\.0\.0\.1:(\d+)",
                          open(f"{folder}/log").read())
    redis = Redis(int(found[1]))
    for line in ("STATION ADD mars", "STATION ADD ceres", "ITEM ADD water PRICE 2.00 CR",
                 "INVENTORY ADD mars water 1000000000"):
        redis.run(line)
    reader = Reader(int(found[2]))
    for _ in range(100):
        reader.open()
    time.sleep(1)
    before = memory(process)
    for _ in range(options.subscribers):
        reader.open()
    time.sleep(1)
    each = (memory(process) - before) / options.subscribers
    print(f"{options.kind}: {options.subscribers} idle subscribers, {each / 1000:.2f} kB each")
    times = []
    for number in range(options.events):
        name = f"event-{number}-"
        begin = time.perf_counter()
        redis.run(f"INVENTORY ADD mars water 1 REASON {name}")
        times.append((reader.drain(name.encode(), begin + 20) - begin) * 1000)
        time.sleep(0.05)
    print(f"one event to all: median {statistics.median(times):.0f} ms, "
          f"fastest {min(times):.0f} ms, slowest {max(times):.0f} ms")
    after = (memory(process) - before) / options.subscribers
    print(f"after {options.events} events: {after / 1000:.2f} kB each")
    if options.load:
        begin, used, count = time.perf_counter(), processor(process), 0
        slowest = 0
        while time.perf_counter() - begin < options.load:
            start = time.perf_counter()
            redis.run(f"TRADE CREATE mars ceres water:1 ID t-{count}")
            slowest = max(slowest, time.perf_counter() - start)
            count += 1
            for descriptor, _ in reader.epoll.poll(0, 64):
                reader.sockets[descriptor].recv(65_536)
        took = time.perf_counter() - begin
        print(f"under fan-out: {count / took:.0f} trades/s from one client, slowest "
              f"{slowest * 1000:.0f} ms, server {processor(process) - used:.1f} s in {took:.1f} s")
finally:
    if process:
        process.kill()
        process.wait()
    shutil.rmtree(folder)

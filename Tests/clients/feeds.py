"""Live events of a real server, followed by curl, a raw socket and `websockets`.
BINARY FOLDER SCENARIO."""
import atexit
import base64
import http.client
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import redis
import websockets.exceptions
from websockets.sync.client import connect

import checks
from checks import document, equal, expect

binary, folder, scenario = sys.argv[1:4]
basic = "Basic " + base64.b64encode(b"admin:secret").decode()


def eventually(condition, what, seconds=20):
    return checks.eventually(condition, what, seconds)


class Server:
    """The program under test on a data directory and ports that outlive it."""

    def __init__(self, *flags):
        self.flags = flags
        self.http = 0
        self.start()

    def start(self):
        self.process, port, self.http = checks.serve(
            binary, folder, *self.flags, http=f"127.0.0.1:{self.http}", password="secret",
            seconds=20)
        self.client = redis.Redis(
            port=port, username="admin", password="secret", decode_responses=True)

    def run(self, line):
        return document(self.client.execute_command(*line.split()))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        equal(self.process.wait(20), 0)

    def market(self):
        for line in ("STATION ADD mars", "STATION ADD ceres", "STATION ADD luna",
                     "ITEM ADD water PRICE 2.00 CR", "INVENTORY ADD mars water 1000000"):
            self.run(line)

    def trade(self, number, buyer="ceres"):
        return self.run(f"TRADE CREATE mars {buyer} water:1 ID t-{number}")

    def log(self):
        """Every event that a feed of everything shows, by the stream of the other port."""
        wanted, place = [], "-"
        while page := self.client.xrange("events", place, "+"):
            for place, fields in page:
                kind = fields["type"].split(".")[0]
                if kind not in ("system", "plugin", "notice", "user", "token"):
                    wanted.append(json.loads(fields["event"]))
            place = "(" + place
        return wanted


class Feed(threading.Thread):
    """A reader of server-sent events, strict about their form."""

    def __init__(self, server, query="", last=None, authorization=basic, receive=None):
        super().__init__(daemon=True)
        self.all = []
        self.ended = False
        fields = {"Host": "a", "Accept": "text/event-stream", "Authorization": authorization}
        if last:
            fields["Last-Event-ID"] = last
        self.socket = socket.create_connection(("127.0.0.1", server.http))
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.socket.sendall(
            f"GET /api/updates/real-time{query} HTTP/1.1\r\n{head}\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.head = {}
        while (line := self.file.readline().strip()):
            name, value = line.decode().split(": ", 1)
            self.head[name.lower()] = value

    def run(self):
        present = {}
        try:
            for line in self.file:
                text = line.decode().rstrip("\n")
                if not line.endswith(b"\n"):
                    break
                if not text:
                    self.all.append(present)
                    present = {}
                else:
                    name, value = text.split(": ", 1)
                    expect(name not in present and name in ("id", "event", "data", "retry"), text)
                    present[name] = value
        except OSError:
            pass
        self.ended = True

    def named(self, name):
        return [one for one in list(self.all) if one.get("event") == name]

    def events(self):
        """The domain events, each checked against the id that it came with."""
        events = []
        for one in list(self.all):
            if "event" not in one:
                event = json.loads(one["data"])
                equal(one["id"], event["id"])
                events.append(event)
        return events

    def seqs(self):
        return [event["seq"] for event in self.events()]

    def last(self):
        return [one["id"] for one in list(self.all) if "id" in one][-1]

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.join(5)


def follow(server, query="", **more):
    feed = Feed(server, query, **more)
    equal(feed.status, 200)
    equal(feed.head["content-type"], "text/event-stream")
    equal(feed.head["x-accel-buffering"], "no")
    feed.start()
    eventually(lambda: feed.named("ready"), "ready comes first")
    equal(feed.all[0]["event"], "ready")
    equal(feed.all[0]["retry"], "3000")
    return feed


def order():
    """A thousand trades: everything in order, once, for a feed of each kind."""
    server = Server()
    server.market()
    feeds = {
        "all": follow(server), "earliest": follow(server, "?cursor=earliest"),
        "trades": follow(server, "?types=trade.initiated,trade.committed"),
        "luna": follow(server, "?stations=luna"), "named": follow(server, "?types=*,system.*"),
    }
    begin = len(server.log())
    for number in range(1000):
        server.trade(number, "luna" if number % 10 == 0 else "ceres")
    log = server.log()
    for name, feed in feeds.items():
        wanted = log if name == "earliest" else log[begin:]
        if name == "trades":
            wanted = [one for one in wanted if one["type"] in ("trade.initiated", "trade.committed")]
        if name == "luna":
            wanted = [one for one in wanted if "luna" in one["stations"]]
        eventually(lambda: len(feed.events()) >= len(wanted), f"{name} has {len(wanted)}")
        time.sleep(0.2)
        expect(feed.events() == wanted, f"{name} has what the log has, in order")
    late = follow(server, f"?cursor={log[500]['id']}")
    eventually(lambda: len(late.events()) == len(log) - 501, "a late one catches up")
    equal(late.events(), log[501:])
    server.stop()
    for feed in feeds.values():
        feed.join(5)
        expect(feed.ended, "the stream ends with the server")
        equal(feed.all[-1], {"event": "end", "data": '{"reason":"shutdown"}'})


def resume():
    """Killed and started again and again while it writes: nothing is lost, nothing comes twice."""
    server = Server("--fsync", "always")
    server.market()
    feed = follow(server, "?cursor=earliest&types=trade.*")
    got = []
    number = 0
    for _ in range(5):
        deadline = time.monotonic() + 1.0
        while time.monotonic() < deadline:
            server.trade(number)
            number += 1
        server.kill()
        feed.join(10)
        got += feed.events()
        last = feed.last()
        server.start()
        feed = follow(server, "?cursor=earliest&types=trade.*", last=last)
        equal(feed.named("reset"), [])
    wanted = [one for one in server.log() if one["type"].startswith("trade.")]
    eventually(lambda: len(got) + len(feed.events()) >= len(wanted), "all is there")
    time.sleep(0.2)
    expect(got + feed.events() == wanted, "each event once, in order")
    expect(len(wanted) >= number, "every acknowledged trade is among them")


def curl():
    """curl -N, the JSON form, HEAD, and what is refused."""
    server = Server()
    server.market()
    address = f"http://127.0.0.1:{server.http}/api/updates/real-time"
    out = open(f"{folder}/curl.txt", "wb")
    follower = subprocess.Popen(
        ["curl", "-sN", "-u", "admin:secret", address + "?types=trade.*"], stdout=out)
    atexit.register(follower.kill)
    eventually(lambda: "event: ready" in open(f"{folder}/curl.txt").read(), "curl shows ready")
    server.trade(1)
    eventually(lambda: '"trade/t-1"' in open(f"{folder}/curl.txt").read(), "curl shows the trade")

    def ask(query="", method="GET", **fields):
        asked = http.client.HTTPConnection("127.0.0.1", server.http, timeout=10)
        asked.request(method, "/api/updates/real-time" + query,
                      headers={"Authorization": basic, **fields})
        reply = asked.getresponse()
        return reply, reply.read() if method == "HEAD" or reply.status != 200 \
            or "json" in reply.headers["content-type"] else b""

    reply, body = ask(Accept="application/json")
    document = json.loads(body)
    equal(list(document), ["trades", "cargo", "cursor", "seq"])
    equal([one["id"] for one in document["trades"]], ["t-1"])
    equal(document["cursor"].split(":")[1], str(document["seq"]))
    equal(reply.headers["entrepot-seq"], str(document["seq"]))
    server.trade(2)
    resumed = follow(server, last=document["cursor"])
    eventually(lambda: len(resumed.events()) >= 2, "the cursor of the document resumes")
    expect(all(one["seq"] > document["seq"] for one in resumed.events()), "from there on")
    equal(len(json.loads(ask("?limit=1", Accept="application/json")[1])["trades"]), 1)
    equal(json.loads(ask("?station=luna", Accept="application/json")[1])["trades"], [])
    for name in ("station", "stations"):
        two = follow(server, f"?cursor=earliest&{name}=luna,ceres")
        eventually(lambda: len(two.events()) >= 4, f"{name} takes several")
        expect(all({"luna", "ceres"} & set(one["stations"]) for one in two.events()), "of them")
    reply, body = ask(method="HEAD")
    equal((reply.status, reply.headers["content-type"], body), (200, "text/event-stream", b""))
    for query, status, code in (
            ("?colour=red", 400, "SYNTAX"), ("?types=trade.sold", 422, "RANGE"),
            ("?stations=venus", 404, "NOTFOUND"), ("?cursor=42", 400, "SYNTAX"),
            ("?access_token=abc", 400, "SYNTAX")):
        reply, body = ask(query)
        equal((reply.status, json.loads(body)["code"]), (status, code))
    equal(ask(method="POST")[0].status, 405)
    equal(ask(Authorization="Basic eDp5")[0].status, 401)
    equal(ask(Authorization="")[0].status, 401)
    strange = follow(server, last="strange")
    equal([json.loads(one["data"])["reason"] for one in strange.named("reset")], ["unknown"])


def slow():
    """A client that never reads is cut off, with a reason; the others get everything."""
    server = Server(
        "--subscriber-buffer-hard-bytes", "1048576", "--subscriber-buffer-soft-bytes", "524288")
    server.market()
    reader = follow(server)
    lazy = Feed(server, receive=4096)
    equal(lazy.status, 200)
    before = len(server.log())
    number = 0

    def dropped():
        return "reads too slowly" in open(f"{folder}/server.log").read()

    while not dropped():
        for _ in range(200):
            server.trade(number)
            number += 1
        expect(number < 20_000, "the slow one is cut off")
    wanted = server.log()[before:]
    eventually(lambda: len(reader.events()) == len(wanted), "the other has all")
    equal(reader.events(), wanted)
    lazy.start()
    eventually(lambda: lazy.ended, "the slow one is closed")
    equal(lazy.seqs(), [one["seq"] for one in wanted[:len(lazy.seqs())]])
    if lazy.named("end"):
        equal(lazy.all[-1]["data"], '{"reason":"slow"}')
    again = follow(server, last=lazy.last())
    eventually(lambda: len(again.events()) + len(lazy.seqs()) == len(wanted), "it resumes")
    equal(lazy.seqs() + again.seqs(), [one["seq"] for one in wanted])


def heartbeat():
    server = Server("--feed-heartbeat-milliseconds", "1000")
    server.market()
    feed = follow(server, "?types=plugin.*")
    begin = int(feed.last().split(":")[1])
    server.trade(1)
    eventually(lambda: len(feed.named("heartbeat")) >= 2, "heartbeats come")
    expect(int(feed.last().split(":")[1]) > begin, "the cursor moves under a filter")
    equal(feed.named("heartbeat")[-1]["data"], "{}")
    again = follow(server, last=feed.last())
    equal(again.events(), [])


def socket_client(server, **headers):
    return connect(f"ws://127.0.0.1:{server.http}/api/updates/ws", compression=None,
                   additional_headers=headers or {"Authorization": basic}, max_size=None)


def until(client, op, **wanted):
    while True:
        message = json.loads(client.recv(timeout=10))
        if message["op"] == op and all(message.get(k) == v for k, v in wanted.items()):
            return message


def cookie():
    """The page's cookie opens a WebSocket for this server's pages and those of cors_origins."""
    server = Server("--cors-origins", "https://page.example")
    asked = http.client.HTTPConnection("127.0.0.1", server.http, timeout=10)
    asked.request("POST", "/api/session", json.dumps({"username": "admin", "password": "secret"}),
                  {"Content-Type": "application/json"})
    reply = asked.getresponse()
    equal((reply.status, list(json.loads(reply.read()))), (200, ["csrf"]))
    mine = reply.headers["set-cookie"].split(";")[0]
    own = f"http://127.0.0.1:{server.http}"
    for origin, opens in ((own, True), ("https://page.example", True), (None, False),
                          ("http://page.example", False), ("https://page.example.evil", False),
                          ("https://evil.example", False), ("null", False)):
        try:
            with connect(f"ws://127.0.0.1:{server.http}/api/updates/ws", compression=None,
                         origin=origin, additional_headers={"Cookie": mine}) as client:
                until(client, "heartbeat")
            expect(opens, f"{origin} is refused")
        except websockets.exceptions.InvalidStatus as refused:
            equal((refused.response.status_code, opens), (403, False))


class SocketFeed(threading.Thread):
    """A reader over WebSocket that keeps the cursor of what it has got."""

    def __init__(self, server, cursor):
        super().__init__(daemon=True)
        self.server, self.got, self.cursor = server, [], cursor
        self.start()

    def run(self):
        try:
            with socket_client(self.server) as client:
                self.read(client)
        except (websockets.exceptions.WebSocketException, OSError, EOFError):
            pass

    def read(self, client):
        client.send(json.dumps(
            {"op": "subscribe", "id": "s", "types": ["trade.*"], "cursor": self.cursor}))
        until(client, "subscribed")
        for text in client:
            message = json.loads(text)
            expect(message["op"] != "reset", text)
            if message["op"] == "event":
                self.got.append(message["event"])
                self.cursor = message["event"]["id"]
            elif message["op"] == "heartbeat":
                self.cursor = message["cursor"]


def killed():
    """Killed at any moment, with many readers: each gets each event once over all its lives."""
    server = Server("--fsync", "always", "--feed-heartbeat-milliseconds", "1000")
    server.market()
    random.seed(7)
    got = [[] for _ in range(6)]
    places = ["earliest"] * 6
    stop = threading.Event()
    acknowledged = []

    def write():
        number = 0
        while not stop.is_set():
            try:
                server.client.execute_command(
                    *f"TRADE CREATE mars ceres water:1 ID k-{number}".split())
                acknowledged.append(f"trade/k-{number}")
            except (redis.exceptions.RedisError, OSError):
                time.sleep(0.01)
            number += 1

    def open_all():
        feeds = []
        for place in range(6):
            if place % 2:
                feeds.append(SocketFeed(server, places[place]))
            else:
                feeds.append(follow(server, f"?types=trade.*&cursor={places[place]}"))
        return feeds

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    for life in range(8):
        feeds = open_all()
        time.sleep(random.uniform(0.05, 0.8))
        server.kill()
        for place, feed in enumerate(feeds):
            feed.join(10)
            if place % 2:
                got[place] += feed.got
                places[place] = feed.cursor
            else:
                got[place] += feed.events()
                places[place] = feed.last()
        if life == 7:
            stop.set()
        server.start()
    writer.join(10)
    wanted = [one for one in server.log() if one["type"].startswith("trade.")]
    expect(set(acknowledged) <= {one["subject"] for one in wanted}, "what was said to be done is")
    for place, feed in enumerate(open_all()):
        def all_of_it():
            return got[place] + (feed.got if place % 2 else feed.events())
        eventually(lambda: len(all_of_it()) >= len(wanted), f"reader {place} has all")
        time.sleep(0.1)
        expect(all_of_it() == wanted, f"reader {place} has each event once, in order")


def websocket():
    server = Server("--feed-heartbeat-milliseconds", "1000")
    server.market()
    with socket_client(server) as client:
        hello = json.loads(client.recv(timeout=10))
        equal(list(hello), ["op", "cursor"])
        client.send(json.dumps({"op": "subscribe", "id": "s1", "types": ["trade.*"]}))
        equal(until(client, "subscribed", id="s1")["cursor"], hello["cursor"])
        server.trade(1)
        event = until(client, "event", id="s1")["event"]
        equal(event["type"], "trade.initiated")
        client.send(json.dumps({"op": "subscribe", "id": "s2", "cursor": "earliest"}))
        # Both get all of theirs; the second one all there is.
        log = server.log()
        seqs, want = {"s1": [event["seq"]], "s2": []}, len(log)
        mine = [one["seq"] for one in log if one["type"].startswith("trade.")]
        while len(seqs["s2"]) < want or len(seqs["s1"]) < len(mine):
            message = json.loads(client.recv(timeout=10))
            if message["op"] == "event":
                seqs[message["id"]].append(message["event"]["seq"])
        expect(seqs["s2"] == sorted(set(seqs["s2"])), "in order, once")
        equal(seqs["s1"], mine)
        expect(int(until(client, "heartbeat")["cursor"].split(":")[1]) >= log[-1]["seq"], "moves")
        client.send(json.dumps({"op": "unsubscribe", "id": "s1"}))
        until(client, "unsubscribed", id="s1")
        client.send("{")
        equal(until(client, "error")["code"], "SYNTAX")
        client.send(json.dumps({"op": "ping"}))
        until(client, "pong")
        pong = client.ping()
        expect(pong.wait(5), "a ping is answered")
        big = "x" * 70_000
        client.send(json.dumps({"op": "ping", "more": big}))
        try:
            while True:
                client.recv(timeout=10)
        except websockets.exceptions.ConnectionClosed as closed:
            equal(closed.rcvd.code, 1009)
    for headers, status in (({"Authorization": "Basic eDp5"}, 401),):
        try:
            socket_client(server, **headers)
            raise SystemExit("a wrong password opened a WebSocket")
        except websockets.exceptions.InvalidStatus as refused:
            equal(refused.response.status_code, status)
    with connect(f"ws://127.0.0.1:{server.http}/api/updates/ws", compression=None) as stranger:
        stranger.send(json.dumps({"op": "subscribe", "id": "s"}))
        equal(until(stranger, "error")["code"], "NOAUTH")
        stranger.send(json.dumps({"op": "auth", "token": "wrong"}))
        try:
            while True:
                stranger.recv(timeout=10)
        except websockets.exceptions.ConnectionClosed as closed:
            equal(closed.rcvd.code, 4401)
    with socket_client(server) as last:
        until(last, "heartbeat")
        server.stop()
        try:
            while True:
                last.recv(timeout=10)
        except websockets.exceptions.ConnectionClosed as closed:
            equal(closed.rcvd.code, 1001)


{"order": order, "resume": resume, "curl": curl, "slow": slow, "heartbeat": heartbeat,
 "websocket": websocket, "cookie": cookie, "killed": killed}[scenario]()
print("all good")

"""Rights that end or change while connections are open, on a real server.
BINARY FOLDER SCENARIO."""
import base64
import http.client
import json
import os
import socket
import ssl
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
HOST = "127.0.0.1"
# What "at once" means.
SOON = 1.0


def eventually(condition, what, seconds=SOON):
    return checks.eventually(condition, what, seconds)


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


ADMIN = basic("admin", "admin-password")


class Wire(threading.Thread):
    """A raw connection: what came, and whether it has ended."""

    def __init__(self, port, said):
        super().__init__(daemon=True)
        self.socket = socket.create_connection((HOST, port))
        self.socket.sendall(said.encode())
        self.text = ""
        self.ended = False
        self.start()

    def run(self):
        try:
            while part := self.socket.recv(65536):
                self.text += part.decode(errors="replace")
        except OSError:
            pass
        self.ended = True

    def say(self, text):
        self.socket.sendall(text.encode())
        return self

    def awaits(self, text, seconds=SOON):
        eventually(lambda: text in self.text, f"{text!r} in {self.text!r}", seconds)
        return self


class Server:
    def __init__(self, *flags):
        self.process, self.tcp, self.http = checks.serve(
            binary, folder, *flags, http=f"{HOST}:0", password="admin-password", seconds=20)
        # The way in that nothing closes.
        self.client = redis.Redis(
            unix_socket_path=f"{folder}/data/entrepot.sock", decode_responses=True)

    def run(self, line):
        return document(self.client.execute_command(*line.split()))

    def market(self):
        for line in ("STATION ADD luna", "STATION ADD mars", "ITEM ADD water",
                     "USER ADD bob ROLE operator STATIONS luna PASSWORD bob-password",
                     "USER ADD eve ROLE admin STATIONS * PASSWORD eve-password"):
            self.run(line)

    def ask(self, method, path, body=None, connection=None, **fields):
        connection = connection or http.client.HTTPConnection(HOST, self.http, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in fields.items()}
        if body is not None:
            body, sent["Content-Type"] = json.dumps(body), "application/json"
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        text = reply.read()
        return reply.status, dict(reply.getheaders()), json.loads(text) if text else None

    def events(self, authorization="", fields=""):
        if authorization:
            fields += f"Authorization: {authorization}\r\n"
        head = f"GET /api/updates/real-time HTTP/1.1\r\nHost: a\r\n{fields}\r\n"
        return Wire(self.http, head).awaits("event: ready", 5)

    def commands(self, said):
        return Wire(self.tcp, said + "\r\nECHO ready\r\n").awaits("ready", 5)

    def sockets(self, token=None, cookie=None):
        own = f"http://{HOST}:{self.http}"
        extra = {"origin": own, "additional_headers": {"Cookie": cookie}} if cookie else {}
        client = connect(f"ws://{HOST}:{self.http}/api/updates/ws", legacy=True, **extra)
        if token:
            client.send(json.dumps({"op": "auth", "token": token}))
        equal(json.loads(client.recv(timeout=5))["op"], "heartbeat", "logged in")
        client.send(json.dumps({"op": "subscribe", "id": "s", "cursor": "now"}))
        equal(json.loads(client.recv(timeout=5))["op"], "subscribed", "subscribed")
        return client

    def page(self):
        status, fields, body = self.ask(
            "POST", "/api/session", {"username": "bob", "password": "bob-password"})
        equal(status, 200, "a page logs in")
        return fields["Set-Cookie"].split(";")[0], body["csrf"]


def closing(client):
    """The code that a WebSocket was closed with."""
    try:
        while True:
            client.recv(timeout=SOON)
    except websockets.exceptions.ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else None
    except TimeoutError:
        return None


class Everything:
    """One of each kind of open connection, all of bob's."""

    def __init__(self, server):
        self.server = server
        status, _, tokens = server.ask(
            "POST", "/api/token", {"username": "bob", "password": "bob-password"})
        equal(status, 200, "bob logs in")
        self.access = tokens["access"]
        self.issued = server.run("TOKEN ISSUE bob")
        token = self.issued["token"]
        cookie, _ = server.page()
        by = {"password": "AUTH bob bob-password", "session": f"AUTH {self.access}",
              "token": f"AUTH {token}"}
        self.tcp = {kind: server.commands(line) for kind, line in by.items()}
        self.subscribers = {
            kind: server.commands(line).say("PSUBSCRIBE *\r\n").awaits("psubscribe")
            for kind, line in by.items()}
        self.blocked = {
            kind: server.commands(line).say("XREAD BLOCK 0 STREAMS events $\r\n")
            for kind, line in by.items()}
        self.feeds = {
            "password": server.events(basic("bob", "bob-password")),
            "session": server.events("Bearer " + self.access),
            "token": server.events("Bearer " + token),
            "page": server.events(fields=f"Cookie: {cookie}\r\n")}
        self.sockets = {
            "session": server.sockets(token=self.access), "token": server.sockets(token=token),
            "page": server.sockets(cookie=cookie)}
        self.kept = http.client.HTTPConnection(HOST, server.http, timeout=30)
        equal(self.me(), 200, "kept alive")

    def me(self):
        return self.server.ask(
            "GET", "/api/me", connection=self.kept, Authorization="Bearer " + self.access)[0]

    def check(self, over, going):
        """Those that came by `over` end within a second, and get nothing; the others go on."""
        deadline = time.monotonic() + SOON
        for kind in over:
            if kind in self.tcp:
                self.subscribers[kind].awaits("NOAUTH")
                self.blocked[kind].awaits("NOAUTH")
                self.tcp[kind].say("USER WHOAMI\r\n").awaits("NOAUTH")
            feed = self.feeds[kind]
            eventually(lambda: feed.ended, f"the end of the feed by {kind}: {feed.text}")
            expect('event: end\ndata: {"reason":"expired"}' in feed.text, f"why: {feed.text}")
            if kind in self.sockets:
                equal(closing(self.sockets[kind]), 4403, f"WebSocket by {kind}")
        expect(time.monotonic() < deadline + 0.5, "all of that within a second")
        self.server.run("INVENTORY ADD luna water 1")
        for kind in going:
            if kind in self.tcp:
                self.subscribers[kind].awaits("inventory.added")
                self.blocked[kind].awaits("inventory.added")
                self.tcp[kind].say("USER WHOAMI\r\n").awaits('"bob"')
            self.feeds[kind].awaits("inventory.added")
            if kind in self.sockets:
                expect("inventory.added" in self.sockets[kind].recv(timeout=5), f"by {kind}")
        for kind in over:
            for wire in [self.feeds] + ([self.subscribers, self.blocked] if kind in self.tcp
                                        else []):
                expect("inventory.added" not in wire[kind].text, f"an event by {kind}")


ALL = ["password", "session", "token", "page"]


def disabled():
    server = Server()
    server.market()
    everything = Everything(server)
    everything.check([], ALL)
    everything = Everything(server)
    server.run("USER DISABLE bob")
    equal(everything.me(), 401, "kept alive")
    everything.check(ALL, [])


def stations():
    server = Server()
    server.market()
    everything = Everything(server)
    server.run("USER SET bob STATIONS mars")
    # A feed ends and its client opens another; a subscription goes on with less.
    for kind, feed in everything.feeds.items():
        eventually(lambda: feed.ended, f"the end of the feed by {kind}")
    for kind, client in everything.sockets.items():
        equal(closing(client), 4403, f"WebSocket by {kind}")
    server.run("INVENTORY ADD luna water 1")
    server.run("INVENTORY ADD mars water 1")
    for wires in (everything.subscribers, everything.blocked):
        for wire in wires.values():
            wire.awaits('"station":"mars"')
            expect('"station":"luna"' not in wire.text, f"another's event: {wire.text}")
    for feed in everything.feeds.values():
        expect("inventory.added" not in feed.text, "another's event")
    equal(everything.me(), 200, "kept alive")


def revoked():
    server = Server()
    server.market()
    everything = Everything(server)
    # Who found a token has nothing but the token.
    server.run("TOKEN REVOKE " + everything.issued["token"])
    everything.check(["token"], ["password", "session", "page"])
    equal(everything.me(), 200, "kept alive")


def password():
    server = Server()
    server.market()
    everything = Everything(server)
    own = server.commands("AUTH bob bob-password")
    own.say("USER PASSWD bob another-password\r\nUSER WHOAMI\r\n").awaits('"bob"')
    everything.check(["password", "session", "page"], ["token"])
    equal(everything.me(), 401, "kept alive")
    # The one that has set it goes on; a token cannot set one.
    own.say("ECHO still\r\n").awaits("still")
    everything.tcp["token"].say("USER PASSWD bob third-password\r\n").awaits("NOPERM")
    # And the next change is somebody else's.
    server.run("USER PASSWD bob fourth-password")
    own.say("ECHO again\r\n").awaits("NOAUTH")


def demoted():
    server = Server()
    server.market()
    monitor = server.commands("AUTH eve eve-password").say("MONITOR\r\n").awaits("+OK")
    queued = server.commands("AUTH eve eve-password")
    queued.say("MULTI\r\nSTATION ADD ceres\r\n").awaits("QUEUED")
    server.run("ECHO one")
    monitor.awaits('"ECHO" "one"')
    server.run("USER SET eve ROLE viewer")
    monitor.awaits("NOPERM")
    server.run("ECHO two")
    queued.say("EXEC\r\n").awaits("EXECABORT command 1 (STATION ADD): NOPERM")
    time.sleep(0.2)
    expect('"two"' not in monitor.text, "a viewer sees what others do")


def late():
    server = Server()
    server.market()
    body = '{"action":"add","quantity":1}'
    head = (f"POST /api/inventory/luna/water HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n"
            f"Authorization: {basic('bob', 'bob-password')}\r\n"
            "Content-Type: application/json\r\n\r\n")
    slow = Wire(server.http, head)
    waiting = Wire(
        server.http, "GET /api/trades?after=900 HTTP/1.1\r\nHost: a\r\nAuthorization: "
        + basic("bob", "bob-password") + "\r\n\r\n")
    time.sleep(0.3)
    server.run("USER SET bob ROLE viewer")
    time.sleep(0.1)
    slow.say(body).awaits("HTTP/1.1 403")
    server.run("USER SET bob ROLE operator")
    time.sleep(0.1)
    ended = Wire(server.http, head)
    time.sleep(0.3)
    server.run("USER DISABLE bob")
    time.sleep(0.1)
    ended.say(body).awaits("HTTP/1.1 401")
    waiting.awaits("HTTP/1.1 401", 8)
    equal(server.run("INVENTORY LEVEL luna water"), 0, "written all the same")


def addresses():
    server = Server()
    server.market()
    wires = [server.commands("AUTH bob bob-password"), server.events(basic("bob", "bob-password"))]
    kept = http.client.HTTPConnection(HOST, server.http, timeout=30)
    equal(server.ask("GET", "/healthz", connection=kept)[0], 200)
    server.run("CONFIG SET allow_addresses 10.0.0.0/8")
    for wire in wires:
        eventually(lambda: wire.ended, "an address that is allowed no longer")
    try:
        status = server.ask("GET", "/healthz", connection=kept)[0]
    except (http.client.HTTPException, OSError):
        status = None
    equal(status, None, "kept alive")
    equal(server.run("ECHO inside"), "inside", "the Unix socket")
    server.run("CONFIG SET allow_addresses 127.0.0.0/8,::1")
    server.commands("AUTH bob bob-password")
    equal(server.ask("GET", "/healthz")[0], 200)
    shown = server.ask("GET", "/api/events?types=system.action", Authorization=ADMIN)[2]["items"]
    equal([item["data"]["detail"] for item in shown],
          ["allow_addresses=10.0.0.0/8", "allow_addresses=127.0.0.0/8,::1/128"], "who did what")


def rates():
    server = Server()
    server.market()
    bob = {"Authorization": basic("bob", "bob-password")}
    for _ in range(700):
        equal(server.ask("GET", "/healthz")[0], 200, "without a limit")
    status, fields, _ = server.ask("GET", "/api/me", **bob)
    expect(status == 200 and "RateLimit" not in fields, "no limit, no fields")
    server.run("CONFIG SET rate_user_requests 6 rate_window_seconds 60")
    for left in (5, 4, 3, 2, 1, 0):
        status, fields, _ = server.ask("GET", "/api/me", **bob)
        equal(status, 200)
        equal(fields["RateLimit-Policy"], '"user";q=6;w=60')
        expect(fields["RateLimit"].startswith(f'"user";r={left};t='), fields["RateLimit"])
    status, fields, problem = server.ask("POST", "/api/trades", {"seller": "luna"}, **bob)
    equal((status, problem["code"]), (429, "LIMIT"))
    wait = int(fields["Retry-After"])
    expect(0 < wait <= 10, f"a sixth of a minute: {wait}")
    equal(fields["RateLimit"], f'"user";r=0;t={wait}')
    equal(fields["RateLimit-Policy"], '"user";q=6;w=60')
    # The same account over TCP, and nobody else's.
    Wire(server.tcp, "AUTH bob bob-password\r\nPING\r\n").awaits("-LIMIT")
    equal(server.ask("GET", "/api/me", Authorization=basic("eve", "eve-password"))[0], 200)
    server.run("CONFIG SET rate_user_requests 0 rate_address_requests 3")
    found = [server.ask("GET", "/api/me")[0] for _ in range(5)]
    equal(found, [401, 401, 401, 429, 429], "before log-in the address counts")
    equal(server.ask("GET", "/api/me", **bob)[1]["RateLimit-Policy"], '"address";q=3;w=60')
    for path in ("/healthz", "/readyz"):
        equal(server.ask("GET", path)[0], 200, "nobody's restart")
    for _ in range(20):
        equal(server.run("ECHO inside"), "inside", "the Unix socket")
    server.run("CONFIG SET rate_address_requests 0")
    equal(server.ask("GET", "/api/me", **bob)[0], 200)


def flood():
    """Who changes a password all the time keeps nobody from logging in."""
    server = Server()
    server.market()
    wires = [server.commands("AUTH bob bob-password") for _ in range(40)]
    for number, wire in enumerate(wires):
        wire.say(f"USER PASSWD bob another-password-{number}\r\n")
    start = time.monotonic()
    server.commands("AUTH eve eve-password")
    expect(time.monotonic() - start < SOON, "a log-in waits behind other people's passwords")
    eventually(lambda: all("BUSY" in wire.text or "NOAUTH" in wire.text or '"bob"' in wire.text
                           for wire in wires), "an answer to each", 10)
    expect(sum("BUSY" in wire.text for wire in wires) >= 30, "one at a time for each user")
    expect(sum('"bob"' in wire.text for wire in wires) >= 1, "and one at least")


def certificate(name):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "30", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", f"{folder}/{name}.key", "-out",
         f"{folder}/{name}.pem"], check=True, capture_output=True)


def encrypted():
    """A page that was not encrypted may be anybody's: it cannot use the cookie of one that was."""
    certificate("one")
    server = Server(
        "--tls-certificate", f"{folder}/one.pem", "--tls-key", f"{folder}/one.key")
    server.market()
    context = ssl.create_default_context(cafile=f"{folder}/one.pem")
    line = http.client.HTTPSConnection(HOST, server.http, timeout=30, context=context)
    place = f"{HOST}:{server.http}"
    login = {"username": "bob", "password": "bob-password"}
    status, _, _ = server.ask(
        "POST", "/api/session", login, connection=line, Origin="http://" + place)
    equal(status, 403, "a log-in by a page in plain text")
    status, fields, _ = server.ask(
        "POST", "/api/session", login, connection=line, Origin="https://" + place)
    equal(status, 200, "a page logs in")
    expect("; Secure" in fields["Set-Cookie"], fields["Set-Cookie"])
    cookie = fields["Set-Cookie"].split(";")[0]
    for scheme, wanted in (("https", 200), ("http", 403)):
        status, _, _ = server.ask(
            "GET", "/api/me", connection=line, Cookie=cookie, Origin=f"{scheme}://{place}")
        equal(status, wanted, f"a page of {scheme}")


def arguments():
    """What is wrong with files is said before anything is made, and secrets are hidden."""
    def start(*flags):
        done = subprocess.run(
            [binary, "serve", "--data", f"{folder}/new", "--tcp", f"{HOST}:0", *flags],
            capture_output=True, text=True, timeout=30, cwd=folder)
        expect(done.returncode == 1, f"{flags}: {done.returncode} {done.stderr}")
        expect(not os.path.exists(f"{folder}/new"), f"{flags}: the store was made")
        checked = subprocess.run(
            [binary, "config", "check", "--data", f"{folder}/new", *flags],
            capture_output=True, text=True, timeout=30, cwd=folder)
        expect(checked.returncode == 1, f"config check {flags}: {checked.returncode}")
        return done.stderr, checked.stderr

    certificate("one")
    certificate("two")
    pair = ("--tls-certificate", "one.pem", "--tls-key", "one.key")
    for flags, wanted in (
        (("--tls-certificate", "no.pem", "--tls-key", "one.key"),
         "tls_certificate (--tls-certificate): there is no file no.pem"),
        (("--tls-certificate", "one.pem", "--tls-key", "no.key"),
         "tls_key (--tls-key): there is no file no.key"),
        (("--tls-certificate", "one.pem", "--tls-key", "two.key"),
         "tls_certificate (--tls-certificate), tls_key (--tls-key): the key in two.key does not"),
        ((*pair, "--tls-client-certificates", "required", "--tls-client-ca", "no.ca"),
         "tls_client_ca (--tls-client-ca): there is no file no.ca"),
        (("--admin-password-file", "no.txt"),
         "admin_password_file (--admin-password-file): no.txt: there is no such file"),
        (("--smtp-password-file", "no.txt", "--smtp-user", "me"),
         "smtp_password_file (--smtp-password-file): no.txt: there is no such file"),
    ):
        for said in start(*flags):
            expect(wanted in said, f"{wanted!r} in {said!r}")
    for flags in (("--admin-password", "visible-secret"), ("--admin-password=visible-secret",)):
        server = Server(*flags)
        shown = open(f"/proc/{server.process.pid}/cmdline").read()
        log = open(f"{folder}/server.log").read()
        expect("--admin-password" in shown and "visible-secret" not in shown, shown)
        expect("instead=\"--admin-password-file FILE or ENTREPOT_ADMIN_PASSWORD\"" in log, log)
        expect("visible-secret" not in log, log)
        equal(server.ask("GET", "/api/me", Authorization=basic("admin", "visible-secret"))[0], 200)
        equal(oct(os.stat(f"{folder}/data").st_mode & 0o777), "0o700", "hashes are nobody's")
        server.process.terminate()
        server.process.wait(20)
        os.unlink(f"{folder}/server.log")


{"disabled": disabled, "stations": stations, "revoked": revoked, "password": password,
 "demoted": demoted, "late": late, "addresses": addresses, "rates": rates,
 "flood": flood, "encrypted": encrypted, "arguments": arguments}[scenario]()
print("all good")

"""Notices delivered by a real server to endpoints of every kind. BINARY FOLDER SCENARIO."""
import email
import email.policy
import email.utils
import http.server
import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import redis

import checks
from checks import document, equal, expect

binary, folder, scenario = sys.argv[1:4]


def eventually(condition, what, seconds=30):
    return checks.eventually(condition, what, seconds)


class Server:
    """The program under test on a data directory that outlives it."""

    def __init__(self, *flags):
        self.flags = flags
        self.start()

    def start(self):
        self.process, port, _ = checks.serve(binary, folder, *self.flags, seconds=30)
        self.client = redis.Redis(port=port, decode_responses=True)

    def run(self, *words):
        if len(words) == 1:
            words = words[0].split()
        return document(self.client.execute_command(*words))

    def refused(self, line):
        try:
            self.client.execute_command(*line.split())
        except redis.ResponseError as error:
            return str(error)
        raise SystemExit(f"not refused: {line}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        equal(self.process.wait(20), 0)
        return time.monotonic() - begin

    def market(self):
        for line in ("STATION ADD mars", "STATION ADD ceres", "ITEM ADD water PRICE 2.00 CR",
                     "INVENTORY ADD mars water 1000000"):
            self.run(line)

    def trade(self, number):
        return self.run(f"TRADE CREATE mars ceres water:1 ID t-{number}")

    def deliveries(self, channel, *words):
        return self.run("CHANNEL", "DELIVERIES", channel, *words)["items"]


class Endpoint(http.server.ThreadingHTTPServer):
    """An HTTP server whose path says how it behaves; it remembers what it got."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port=0):
        self.requests = []
        super().__init__(("127.0.0.1", port), Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, address):
        pass

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def got(self, path):
        return [one for one in list(self.requests) if one["path"] == f"/{path}"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        before = len(self.server.got(self.path[1:]))
        self.server.requests.append({
            "path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": body, "time": time.monotonic()})
        behave = getattr(self, "at_" + self.path[1:].split("-")[0], None)
        if behave:
            behave(before)
        else:
            self.answer(204)

    def answer(self, status, headers={}, body=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def at_flaky(self, before):
        self.answer(500 if before < 2 else 200)

    def at_broken(self, before):
        self.answer(500, body=b"no")

    def at_moved(self, before):
        self.answer(302, {"location": self.server.url("ok")})

    def at_gone(self, before):
        self.answer(410)

    def at_busy(self, before):
        self.answer(429, {"retry-after": "2"}) if before == 0 else self.answer(200)

    def at_maintenance(self, before):
        date = email.utils.formatdate(time.time() + 3, usegmt=True)
        self.answer(503, {"retry-after": date}) if before == 0 else self.answer(200)

    def at_slow(self, before):
        time.sleep(30)

    def at_silent(self, before):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def at_half(self, before):
        self.wfile.write(b"HTTP/1.1 20")
        self.close_connection = True

    def at_cut(self, before):
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nshort")
        self.close_connection = True

    def at_huge(self, before):
        self.send_response(200)
        self.send_header("content-length", str(1 << 32))
        self.end_headers()
        for _ in range(1 << 12):
            self.wfile.write(b"x" * (1 << 20))


quick = ("--webhook-allow-private", "on", "--webhook-timeout-milliseconds", "1000")
fast = (*quick, "--notice-retries", "100ms,200ms,200ms,60s")


def event(request):
    return json.loads(request["body"])


def check_order(requests, count=None):
    """Sequences from 1 without a gap once repeats are dropped; a repeat has the same id."""
    ids = {}
    for request in requests:
        notice = event(request)
        equal(request["headers"]["webhook-id"], notice["id"])
        equal(ids.setdefault(int(notice["sequence"]), notice["id"]), notice["id"])
    equal(sorted(ids), list(range(1, len(ids) + 1)))
    equal(len(set(ids.values())), len(ids))
    if count is not None:
        equal(len(ids), count)


def webhook():
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError
    endpoint, server = Endpoint(), Server(*fast)
    server.market()
    old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    new = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
    made = server.run(f"CHANNEL ADD ops KIND webhook URL {endpoint.url('ok')} SECRET {old}")
    expect(old not in json.dumps(made), "a secret is never shown")
    server.run("CHANNEL ROUTE ops trade.initiated")
    for number in range(20):
        server.trade(number)
    requests = eventually(lambda: len(endpoint.got("ok")) >= 20 and endpoint.got("ok"), "20 come")
    check_order(requests, 20)
    equal([int(event(one)["sequence"]) for one in requests], list(range(1, 21)))
    for request in requests:
        equal(request["headers"]["content-type"], "application/cloudevents+json")
        Webhook(old).verify(request["body"], request["headers"])
    notice = event(requests[3])
    equal((notice["specversion"], notice["type"], notice["subject"], len(notice["sequence"])),
          ("1.0", "entrepot.trade.initiated", "trade/t-3", 20))
    equal(notice["data"]["event"]["data"]["trade"]["id"], "t-3")
    equal((notice["data"]["rule"], notice["data"]["channel"]), (None, "ops"))
    expect(notice["id"].startswith(notice["data"]["event"]["id"]), notice["id"])
    expect("." not in notice["id"], "the signed text is unambiguous")
    # Two keys while they are rotated.
    server.run(f"CHANNEL SET ops SECRET {new}")
    server.trade("rotated")
    request = eventually(lambda: len(endpoint.got("ok")) > 20 and endpoint.got("ok")[20], "21")
    equal(len(request["headers"]["webhook-signature"].split()), 2)
    for secret in (old, new):
        Webhook(secret).verify(request["body"], request["headers"])
    try:
        Webhook("whsec_" + "QUJD" * 8).verify(request["body"], request["headers"])
        raise SystemExit("a wrong key fits")
    except WebhookVerificationError:
        pass
    test = server.run("CHANNEL TEST ops")
    equal((test["channel"], test["ok"], test["status"]), ("ops", True, 204))
    request = endpoint.got("ok")[-1]
    equal(event(request)["type"], "entrepot.test")
    Webhook(new).verify(request["body"], request["headers"])
    eventually(lambda: [one["status"] for one in server.deliveries("ops")] == ["delivered"] * 21,
               "21 deliveries are known")
    expect(server.stop() < 5, "an idle server stops at once")


def misbehaviour():
    endpoint, server = Endpoint(), Server(*fast)
    server.market()
    paths = ("ok", "flaky", "broken", "moved", "gone", "busy", "maintenance", "slow", "silent",
             "half", "cut", "huge")
    for path in paths:
        server.run(f"CHANNEL ADD {path} KIND webhook URL {endpoint.url(path)}")
        server.run(f"CHANNEL ROUTE {path} trade.initiated")
    begin = time.monotonic()
    server.trade(1)
    server.trade(2)
    # The good one waits for none of the others.
    eventually(lambda: len(endpoint.got("ok")) == 2, "the good endpoint has both", 5)
    expect("webhook-signature" not in endpoint.got("ok")[0]["headers"], "no key, no signature")

    def state(path):
        return {one["sequence"]: one for one in server.deliveries(path)}

    eventually(lambda: [one["status"] for one in state("flaky").values()] == ["delivered"] * 2,
               "the flaky one gets both")
    check_order(endpoint.got("flaky"), 2)
    equal(len(endpoint.got("flaky")), 4)
    for path, status in (("broken", 500), ("moved", 302)):
        row = eventually(lambda: state(path)[1]["attempts"] >= 3 and state(path)[1], path)
        equal((row["status"], row["last_status"]), ("retrying", status))
    equal(endpoint.got("ok")[0]["path"], "/ok")
    equal(len(endpoint.got("ok")), 2)

    gone = eventually(lambda: server.run("CHANNEL GET gone")["status"] == "disabled"
                      and server.run("CHANNEL GET gone"), "410 disables")
    expect("410" in gone["reason"], gone)
    equal(len(endpoint.got("gone")), 1)
    # Nothing is lost: enabled again, both go.
    server.run(f"CHANNEL SET gone URL {endpoint.url('ok-later')} STATUS enabled")
    eventually(lambda: len(endpoint.got("ok-later")) == 2, "both after all")
    check_order(endpoint.got("gone") + endpoint.got("ok-later"), 2)

    for path, pause in (("busy", 1.9), ("maintenance", 1.9)):
        eventually(lambda: len(endpoint.got(path)) == 3, f"{path} gets all")
        times = [one["time"] for one in endpoint.got(path)]
        expect(times[1] - times[0] >= pause, f"{path} is left alone: {times}")
    for path in ("slow", "silent", "half"):
        row = eventually(lambda: state(path)[1]["attempts"] >= 1 and state(path)[1], path)
        equal((row["status"], row["last_status"]), ("retrying", None))
        expect(row["last_error"], row)
    for path in ("cut", "huge"):
        # The status came: it decides.
        eventually(lambda: [one["status"] for one in state(path).values()] == ["delivered"] * 2,
                   path)
    check_order(endpoint.got("slow"))
    figures = server.client.info("notices")["channel_ok"]
    equal(figures, {"queued": 0, "sent": 2, "failed": 0, "retried": 0, "dead": 0,
                    "oldest_seconds": 0})
    expect(server.stop() < 5, "an attempt under way is broken off")


def private():
    endpoint, server = Endpoint(), Server("--notice-retries", "50ms,50ms")
    server.market()
    for name, host in (("a", "127.0.0.1"), ("b", "localhost"), ("c", "2130706433"),
                       ("d", "[::1]"), ("e", "169.254.169.254")):
        server.run(f"CHANNEL ADD {name} KIND webhook URL http://{host}:{endpoint.port}/ok")
        server.run(f"CHANNEL ROUTE {name} trade.initiated")
    server.trade(1)
    for name in "abcde":
        test = server.run(f"CHANNEL TEST {name}")
        equal((test["ok"], test["status"]), (False, None))
        expect("not allowed" in test["error"], test)
        dead = eventually(lambda: server.deliveries(name, "DEAD"), f"{name} is dead")
        equal((dead[0]["status"], dead[0]["attempts"]), ("dead", 3))
    equal(endpoint.requests, [])
    # From the dead-letter list: again, or given up.
    again = server.run("CHANNEL", "REDELIVER", "a", server.deliveries("a", "DEAD")[0]["id"])
    equal(again["status"], "queued")
    eventually(lambda: server.deliveries("a", "DEAD"), "dead once more")
    server.run("CHANNEL", "DROP", "a", server.deliveries("a", "DEAD")[0]["id"])
    equal(server.deliveries("a", "DEAD"), [])
    server.stop()


def restart():
    """The endpoint is down for longer than the server, which dies with notices queued."""
    # Patient, but quick to come back: nothing may be dead before the endpoint returns.
    endpoint, server = Endpoint(), Server(*quick, "--notice-retries", "100ms" + ",2s" * 19)
    port = endpoint.port
    server.market()
    server.run(f"CHANNEL ADD ops KIND webhook URL {endpoint.url('ok')}")
    server.run("CHANNEL ROUTE ops trade.initiated")
    for number in range(50):
        server.trade(number)
    eventually(lambda: len(endpoint.got("ok")) >= 5, "some come")
    endpoint.shutdown()
    endpoint.server_close()
    for number in range(50, 150):
        server.trade(number)
    server.kill()
    server.start()
    for number in range(150, 200):
        server.trade(number)
    time.sleep(0.5)
    server.kill()
    server.start()
    second = Endpoint(port)

    def all():
        return endpoint.got("ok") + second.got("ok")

    eventually(lambda: len({event(one)["id"] for one in all()}) == 200, "all 200 come", 60)
    check_order(all(), 200)
    trades = {event(one)["data"]["event"]["data"]["trade"]["id"] for one in all()}
    equal(trades, {f"t-{number}" for number in range(200)})
    # Killed amid deliveries.
    for round in range(3):
        for number in range(30):
            server.trade(f"{round}-{number}")
        server.kill()
        server.start()
    eventually(lambda: len({event(one)["id"] for one in all()}) == 290, "all 290 come", 60)
    check_order(all(), 290)
    server.stop()
    print(f"{len(all()) - 290} repeats")


class Mailbox:
    """Takes mails in; refuses a recipient named nobody."""

    def __init__(self):
        self.mails = []
        self.refusals = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such user"
        if address.startswith("later@") and self.refusals < 1:
            self.refusals += 1
            return "451 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append({"to": envelope.rcpt_tos, "from": envelope.mail_from, "mail": mail,
                           "raw": envelope.content, "tls": session.ssl is not None})
        return "250 OK"

    def to(self, address):
        return [one for one in list(self.mails) if address in one["to"]]


def mail():
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult, LoginPassword
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    box = Mailbox()

    def login(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and data.password == b"geheim"
        return AuthResult(success=good)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        box, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
        authenticator=login, auth_required=True)
    controller.start()
    with open(f"{folder}/password", "w") as file:
        file.write("geheim\n")
    server = Server(
        "--smtp-url", f"smtp://localhost:{port}", "--smtp-user", "entrepot",
        "--smtp-password-file", f"{folder}/password", "--mail-from", "entrepot@luna.example",
        "--notice-authorities", f"{folder}/cert.pem", "--notice-retries", "100ms,30s")
    server.market()
    server.run("CHANNEL", "ADD", "plain", "KIND", "mail", "TO", "ops@example.org")
    server.run("CHANNEL", "ADD", "worded", "KIND", "mail", "TO", "a@example.org,b@example.org",
               "SUBJECT", "Gekauft – {event.subject}", "TEXT",
               "Hallo,\n{event.data.trade.total} {event.data.trade.currency} für {about}.\n.\n✓")
    server.run("CHANNEL", "ADD", "digest", "KIND", "mail", "TO", "digest@example.org", "DIGEST",
               "1s")
    server.run("CHANNEL", "ADD", "refused", "KIND", "mail", "TO", "nobody@example.org")
    server.run("CHANNEL", "ADD", "later", "KIND", "mail", "TO", "later@example.org")
    server.run("CHANNEL", "ADD", "people", "KIND", "mail", "TO", "stations")
    for name in ("plain", "worded", "digest", "refused", "later", "people"):
        server.run(f"CHANNEL ROUTE {name} trade.initiated STATION mars")
    for number in range(3):
        server.trade(number)
    mails = eventually(lambda: len(box.to("ops@example.org")) == 3 and box.to("ops@example.org"),
                       "three mails")
    first = mails[0]
    equal((first["from"], first["to"], first["tls"]),
          ("entrepot@luna.example", ["ops@example.org"], True))
    equal(first["mail"]["subject"], "trade.initiated trade/t-0")
    expect(first["mail"]["message-id"].endswith("@luna.example>"), first["mail"]["message-id"])
    expect("Stations: mars, ceres" in first["mail"].get_content(), first["raw"])
    equal(len({one["mail"]["message-id"] for one in mails}), 3)
    worded = eventually(lambda: box.to("b@example.org"), "a worded mail")[0]
    equal(worded["mail"]["subject"], "Gekauft – trade/t-0")
    equal(worded["mail"].get_content().replace("\r\n", "\n"), "Hallo,\n2.00 CR für .\n.\n✓\n")
    equal(worded["to"], ["a@example.org", "b@example.org"])
    expect(worded["raw"].isascii(), "only ASCII goes over the wire")
    digest = eventually(lambda: box.to("digest@example.org"), "a digest")
    equal(digest[0]["mail"]["subject"], "3 notices: trade.initiated trade/t-0")
    for number in range(3):
        expect(f"trade/t-{number}" in digest[0]["mail"].get_content(), digest[0]["raw"])
    equal(len(digest), 1)
    dead = eventually(lambda: server.deliveries("refused", "DEAD"), "a refusal is final")
    equal((dead[0]["last_status"], dead[0]["attempts"]), (550, 1))
    dead = eventually(lambda: server.deliveries("people", "DEAD"), "nobody acts for a station")
    expect("nobody" in dead[0]["last_error"], dead[0])
    eventually(lambda: len(box.to("later@example.org")) == 3, "451 is tried again")
    test = server.run("CHANNEL TEST plain")
    equal((test["ok"], test["status"]), (True, 250))
    eventually(lambda: box.to("ops@example.org")[-1]["mail"]["subject"]
               == "Test of the channel plain", "a test mail")
    for one in box.mails:
        expect(max(map(len, one["raw"].split(b"\r\n"))) <= 78, one["raw"])
    expect("geheim" not in open(f"{folder}/server.log").read(), "no password in the log")
    server.stop()
    controller.stop()


def log():
    server = Server()
    server.market()
    server.run("CHANNEL ADD diary KIND log")
    server.run("CHANNEL ROUTE diary trade.* STATION ceres")
    server.run("CHANNEL ROUTE diary station.closed")
    feed = server.client.pubsub()
    feed.psubscribe("notice.*")
    server.trade(1)
    told = []

    def next():
        message = feed.get_message(ignore_subscribe_messages=True, timeout=0.1)
        if message:
            told.append(json.loads(message["data"]))
        return told

    eventually(next, "the trade is logged")
    equal({one["type"] for one in told}, {"notice.logged"})
    equal([one["data"]["sequence"] for one in told], list(range(1, len(told) + 1)))
    equal(told[0]["data"]["about"], "trade/t-1")
    test = server.run("CHANNEL TEST diary")
    equal(test["ok"], True)
    expect(server.refused("CHANNEL TEST none").startswith("NOTFOUND"), "no such channel")
    server.run("CHANNEL UNROUTE diary trade.* STATION ceres")
    server.trade(2)
    time.sleep(0.3)
    count = len(server.deliveries("diary"))
    server.kill()
    server.start()
    server.trade(3)
    server.run("STATION CLOSE mars")
    eventually(lambda: len(server.deliveries("diary")) == count + 1, "one more")
    # A channel that comes again counts anew.
    server.run("CHANNEL REMOVE diary")
    server.run("CHANNEL ADD diary KIND log")
    server.run("CHANNEL ROUTE diary station.opened")
    server.run("STATION OPEN mars")
    rows = eventually(lambda: server.deliveries("diary"), "the new one works")
    equal([one["sequence"] for one in rows], [1])
    audit = server.run("AUDIT")
    equal((audit["ok"], audit["problems"]), (True, []))
    server.stop()


globals()[scenario]()
print("all good")

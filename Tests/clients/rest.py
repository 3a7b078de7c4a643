"""Every call of the HTTP contract as it is written, against a new server.

rest.py URL PASSWORD: one line at the end, exit 0 if all held.
"""

import base64
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

URL, PASSWORD = sys.argv[1], sys.argv[2]
BASIC = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
failures = []
calls = 0


def call(method, path, body=None, fields=(), auth=BASIC, form=None):
    """Status, fields in lower case, and the JSON of the body."""
    global calls
    calls += 1
    request = urllib.request.Request(URL + path, method=method)
    if auth:
        request.add_header("Authorization", auth)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    if form is not None:
        request.data = urllib.parse.urlencode(form).encode()
        request.add_header("Content-Type", "application/x-www-form-urlencoded")
    for name, value in fields:
        request.add_header(name, value)
    try:
        reply = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        reply = error
    text = reply.read()
    found = {name.lower(): value for name, value in reply.headers.items()}
    kind = found.get("content-type", "")
    return reply.status, found, json.loads(text) if "json" in kind and text else text


def expect(what, isTrue):
    if not isTrue:
        failures.append(str(what))


def ok(method, path, body=None, status=200, **more):
    found = call(method, path, body, **more)
    expect((method, path, found[0], found[2]), found[0] == status)
    return found


def refused(method, path, status, code, body=None, pointer=None, **more):
    found = call(method, path, body, **more)
    problem = found[2] if isinstance(found[2], dict) else {}
    expect((method, path, found[0], problem), found[0] == status and problem.get("code") == code)
    expect((path, "problem+json"), found[1].get("content-type") == "application/problem+json")
    expect((path, "type"), problem.get("type") == f"/docs/errors#{code}")
    expect((path, "status"), problem.get("status") == status)
    if pointer is not None:
        expect((path, problem), problem.get("errors", [{}])[0].get("pointer") == pointer)
    return found


# Catalog
for station in (
    {"id": "luna-1", "name": "Luna One", "kind": "station", "position": {"x": 0, "y": 0, "z": 0}},
    {"id": "mars-2", "kind": "depot", "position": {"x": 3, "y": 4, "z": 0}},
    {"id": "empty-3"},
):
    _, fields, made = ok("POST", "/api/stations", station, 201)
    expect("Location", fields["location"] == f"/api/stations/{station['id']}")
refused("POST", "/api/stations", 409, "EXISTS", {"id": "luna-1"})
ok("POST", "/api/items", {"id": "water", "price": "12.50", "currency": "CR", "mass": 1.5}, 201)
ok("POST", "/api/items", {"id": "ore", "category": "rock"}, 201)
ok("POST", "/api/ships", {"id": "hermes", "mass": 500, "station": "luna-1"}, 201)
ok("POST", "/api/currencies", {"code": "EUR", "name": "Euro", "scale": 2}, 201)
ok("POST", "/api/rates", {"base": "EUR", "quote": "CR", "rate": "1.25"}, 201)
expect("rate", ok("GET", "/api/rates/EUR/CR")[2]["rate"] == "1.25")
expect("convert", ok("GET", "/api/rates/convert?amount=8&from=EUR&to=CR")[2]["result"] == "10.00")
_, fields, station = ok("GET", "/api/stations/luna-1")
ok("PATCH", "/api/stations/luna-1", {"name": None}, fields=[("If-Match", fields["etag"])])
refused(
    "PATCH", "/api/stations/luna-1", 412, "CONFLICT", {"name": "x"},
    fields=[("If-Match", fields["etag"])])
expect("null clears", ok("GET", "/api/stations/luna-1")[2]["name"] == "luna-1")
status, fields, _ = call(
    "GET", "/api/stations/luna-1",
    fields=[("If-None-Match", ok("GET", "/api/stations/luna-1")[1]["etag"])])
expect(("304", status), status == 304)
for path in ("/api/stations", "/api/items", "/api/ships", "/api/currencies", "/api/rates"):
    expect(path, len(ok("GET", path + "/")[2]["items"]) >= 1)
expect("search", ok("GET", "/api/items/search?q=WAT")[2]["items"][0]["id"] == "water")

# Inventory
row = ok("POST", "/api/inventory/luna-1/water", {"action": "add", "quantity": 100})[2]
expect("on_hand", row["on_hand"] == 100)
ok("POST", "/api/inventory/luna-1/water", {"action": "remove", "quantity": 1})
ok("POST", "/api/inventory/luna-1/water", {"action": "adjust", "quantity": -2, "reason": "count"})
ok("POST", "/api/inventory/luna-1/water", {"action": "hold", "quantity": 3, "reason": "customs"})
ok("POST", "/api/inventory/luna-1/water", {"action": "release", "quantity": 3, "reason": "done"})
limits = {"action": "limits", "capacity": 1000, "low_at": 5, "ask": "11.00", "currency": "CR"}
expect("ask", ok("POST", "/api/inventory/luna-1/water", limits)[2]["ask"] == "11.00")
cleared = ok("POST", "/api/inventory/luna-1/water", {"action": "limits", "ask": None})[2]
expect("cleared", cleared["ask"] is None and cleared["capacity"] == 1000)
page = ok("GET", "/api/inventory/luna-1")[2]
expect(page, page["station"] == "luna-1" and page["items"][0]["on_hand"] == 97)
expect("keys of a page", list(page) == ["station", "items", "next", "seq"])
expect("empty", ok("GET", "/api/inventory/empty-3")[2]["items"] == [])
refused("GET", "/api/inventory/nowhere", 404, "NOTFOUND")
expect("stock", ok("GET", "/api/items/water/stock")[2]["items"][0]["available"] == 97)
expect("history", len(ok("GET", "/api/inventory/luna-1/water/history")[2]["items"]) >= 3)
expect("explain", "changes" in ok("GET", "/api/inventory/luna-1/water/explain")[2])

# Trades
trade = {
    "id": "t-1", "seller": "luna-1", "buyer": "mars-2",
    "lines": [{"item": "water", "quantity": 5, "price": "12.50"}], "currency": "CR",
    "eta": "+7d", "reference": "PO-7", "attributes": {}, "max_total": "70.00",
}
_, fields, made = ok("POST", "/api/trades", trade, 201)
expect("Location", fields["location"] == "/api/trades/t-1")
expect("ETag", fields["etag"] == f'"{made["seq"]}"')
expect("total", made["total"] == "62.50")
again = ok("POST", "/api/trades/", trade)[2]
expect("replayed", again["replayed"] is True)
refused("POST", "/api/trades", 409, "CONFLICT", dict(trade, reference="PO-8"))
expect("quote", ok("POST", "/api/trades/quote", dict(trade, id=None))[2]["total"] == "62.50")
expect("list", ok("GET", "/api/trades?reference=PO-7")[2]["items"][0]["id"] == "t-1")
reserved = ok("POST", "/api/trades", dict(trade, id="t-2", ttl_seconds=900), 201)[2]
expect("reserved", reserved["status"] == "reserved")
refused("DELETE", "/api/inventory/luna-1/water?reason=x", 409, "BADSTATE")
expect("committed", ok("POST", "/api/trades/t-2/commit")[2]["status"] == "initiated")
ok("POST", "/api/trades/t-2/pay", {"reference": "INV"})
cancelled = ok("POST", "/api/trades/t-2/cancel", {"reason": "twice"})[2]
expect("cancelled", (cancelled["status"], cancelled["payment"]) == ("cancelled", "refunded"))
expect("history", ok("GET", "/api/trades/t-2/history")[2]["items"][-1]["type"] == "trade.refunded")
expect("explain", "steps" in ok("GET", "/api/trades/t-1/explain")[2])
_, _, short = refused(
    "POST", "/api/trades", 409, "OUTOFSTOCK",
    dict(trade, id="t-3", max_total=None, lines=[{"item": "water", "quantity": 10_000}]),
    "/lines/0/quantity")
expect("figures", (short["station"], short["item"], short["asked"]) == ("luna-1", "water", 10_000))
refused("POST", "/api/trades", 422, "RANGE", dict(trade, max_total=70), "/max_total")
refused("POST", "/api/trades", 422, "RANGE", dict(trade, buyr="x"), "/buyr")
refused("POST", "/api/trades", 422, "REJECTED", dict(trade, id="t-4", max_total="1.00"))
refused("GET", "/api/trades/none", 404, "NOTFOUND")
refused("GET", "/api/trades?statsu=x", 400, "SYNTAX")
key = [("Idempotency-Key", '"k-1"')]
add = {"action": "add", "quantity": 1}
first = ok("POST", "/api/inventory/luna-1/ore", add, fields=key)[2]
second = ok("POST", "/api/inventory/luna-1/ore", add, fields=key)[2]
expect("key", second["on_hand"] == first["on_hand"] and second["replayed"])
refused("POST", "/api/inventory/luna-1/ore", 422, "CONFLICT", dict(add, quantity=2), fields=key)
dry = ok("POST", "/api/trades?dry_run=true", dict(trade, id="t-5"))[2]
expect("dry run", dry["dry_run"] and dry["result"]["id"] == "t-5")
refused("GET", "/api/trades/t-5", 404, "NOTFOUND")
expect("as of", ok("GET", f"/api/trades/t-1?as_of={made['seq']}")[2]["seq"] == made["seq"])
expect("after", "entrepot-seq" in ok("GET", f"/api/trades/t-1?after={made['seq']}")[1])
refused("GET", "/api/trades/t-1?after=900000000", 503, "STALE")
refused("GET", "/api/trades/t-1?as_of=900000000", 422, "RANGE")

# Cargo
cargo = {
    "id": "c-1", "origin": "luna-1", "destination": "mars-2",
    "lines": [{"item": "water", "quantity": 6}], "eta": "+3d", "attributes": {},
}
ok("POST", "/api/cargo", cargo, 201)
ok("POST", "/api/cargo", cargo)
moved = ok(
    "PUT", "/api/cargo/update/c-1",
    {"status": "in_transit", "ship": "hermes", "eta": "+2d", "position": {"x": 1, "y": 1, "z": 0},
     "note": "past the gate"})[2]
expect("moved", (moved["status"], moved["ship"]) == ("in_transit", "hermes"))
expect("held", ok("PUT", "/api/cargo/c-1", {"status": "held"})[2]["status"] == "held")
refused("PUT", "/api/cargo/c-1", 422, "RANGE", {"status": "delayed"}, "/status")
refused("PUT", "/api/cargo/c-1", 409, "BADSTATE", {"status": "pending"})
ok("POST", "/api/cargo/c-1/resume", {"reason": "free"})
ok("POST", "/api/cargo/c-1/hold")
ok("POST", "/api/cargo/c-1/resume")
ok("POST", "/api/cargo/c-1/track", {"position": {"x": 2, "y": 2, "z": 0}, "note": "near"})
ok("POST", "/api/cargo/c-1/eta", {"eta": "+1d"})
lines = [{"item": "water", "quantity": 4, "lost": 1, "reason": "a leak"}]
expect("part", ok("POST", "/api/cargo/c-1/deliver", {"lines": lines})[2]["status"] == "in_transit")
expect("whole", ok("POST", "/api/cargo/c-1/deliver")[2]["status"] == "delivered")
expect("track", len(ok("GET", "/api/cargo/c-1/history")[2]["items"]) >= 8)
for number, verb, before in (
    (2, "cancel", False), (3, "lose", True), (4, "return", True), (5, "dispatch", False)
):
    ok("POST", "/api/cargo", dict(cargo, id=f"c-{number}"), 201)
    if before:
        ok("POST", f"/api/cargo/c-{number}/dispatch", {"eta": "+1d"})
    ok("POST", f"/api/cargo/c-{number}/{verb}", {})
expect("list", ok("GET", "/api/cargo?status=lost")[2]["items"][0]["id"] == "c-3")
expect("delayed", ok("GET", "/api/cargo?delayed=true")[2]["items"] == [])
expect("gone", ok("DELETE", "/api/inventory/luna-1/ore?reason=sold")[2]["on_hand"] == 0)

# Pages
seen, cursor, pages = [], "", 0
while True:
    status, fields, page = call("GET", "/api/trades?limit=1" + cursor)
    seen += [trade["id"] for trade in page["items"]]
    pages += 1
    if page["next"] is None:
        expect("no Link at the end", "link" not in fields)
        break
    link = fields["link"]
    expect(link, link.endswith('>; rel="next"'))
    cursor = "&cursor=" + page["next"]
    expect(link, link.startswith(f"</api/trades?limit=1{cursor}>"))
expect(seen, seen == ["t-1", "t-2"])

# Events and figures
log = ok("GET", "/api/events?types=trade.*&limit=2")[2]
expect("event", log["items"][0]["type"] == "trade.initiated" and log["next"])
behind = ok("GET", "/api/events?types=trade.*&cursor=" + log["next"])[2]
expect("behind", behind["items"][0]["seq"] > log["items"][1]["seq"])
expect("rev", ok("GET", "/api/events?rev=true&limit=1")[2]["items"][0]["seq"] >= behind["seq"] - 1)
summary = ok("GET", "/api/analytics/summary")[2]
expect("30 days", len(summary["daily"]) == 30 and summary["trades"]["created"] == 2)
expect("series", ok("GET", "/api/analytics/series?by=minute")[2]["items"])
expect("prices", ok("GET", "/api/analytics/prices?item=water")[2]["items"])
place = ok("GET", "/api/analytics/map")[2]
expect("map", len(place["stations"]) == 2 and place["items"][0]["id"] == "c-5")

# Log-in
refused("GET", "/api/trades", 401, "NOAUTH", auth=None)
refused("POST", "/api/token", 401, "WRONGPASS", {"username": "admin", "password": "no"}, auth=None)
_, fields, tokens = ok(
    "POST", "/api/token", {"username": "admin", "password": PASSWORD}, auth=None)
expect("no-store", fields["cache-control"] == "no-store")
expect("tokens", (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900))
bearer = "Bearer " + tokens["access"]
expect("me", ok("GET", "/api/me", auth=bearer)[2]["name"] == "admin")
ok("POST", "/api/token/verify", {"token": tokens["access"]}, auth=None)
refused("POST", "/api/token/verify", 401, "WRONGPASS", {"token": "x.y.z"}, auth=None)
newer = ok("POST", "/api/token/refresh", {"refresh": tokens["refresh"]}, auth=None)[2]
expect("rotated", newer["refresh"] != tokens["refresh"])
call("POST", "/api/token/refresh", {"refresh": tokens["refresh"]}, auth=None)
status, _, _ = call("GET", "/api/me", auth="Bearer " + newer["access"])
expect(("a refresh token that comes twice ends the session", status), status == 401)
form = ok(
    "POST", "/api/token",
    form={"grant_type": "password", "username": "admin", "password": PASSWORD}, auth=None)[2]
ok("POST", "/api/token/revoke", {"token": form["refresh"]}, 204, auth=None)
status, _, _ = call("GET", "/api/me", auth="Bearer " + form["access"])
expect(("a revoked session is over", status), status == 401)

# The page's log-in
status, fields, page = call(
    "POST", "/api/session", {"username": "admin", "password": PASSWORD}, auth=None)
cookie = fields["set-cookie"]
expect(cookie, status == 200 and "HttpOnly" in cookie and "SameSite=Strict" in cookie)
own = ("Cookie", cookie.split(";")[0])
origin = ("Origin", URL)
ok("GET", "/api/trades", auth=None, fields=[own])
evil = ("Origin", "http://evil.example")
refused("GET", "/api/trades", 403, "NOPERM", auth=None, fields=[own, evil])
change = ("PATCH", "/api/stations/luna-1")
refused(*change, 403, "NOPERM", {"name": "Luna"}, auth=None, fields=[own, origin])
refused(
    *change, 403, "NOPERM", {"name": "Luna"}, auth=None,
    fields=[own, origin, ("X-CSRF-Token", page["csrf"].swapcase())])
ok(*change, {"name": "Luna"}, auth=None, fields=[own, origin, ("X-CSRF-Token", page["csrf"])])
expect("again", ok("GET", "/api/session", auth=None, fields=[own])[2] == page)
refused("DELETE", "/api/session", 403, "NOPERM", auth=None, fields=[own])
ok("DELETE", "/api/session", status=204, auth=None, fields=[own, ("X-CSRF-Token", page["csrf"])])
refused("GET", "/api/session", 401, "NOAUTH", auth=None, fields=[own])

# What reads tell, whatever they say
missing = refused("GET", "/api/trades/nothing", 404, "NOTFOUND")[1]
expect(("Entrepot-Seq of a refusal", missing), int(missing["entrepot-seq"]) > 0)
late = refused("GET", "/api/trades?after=900000000", 503, "STALE")[1]
expect(("STALE says where it is", late), "entrepot-seq" in late and "retry-after" in late)
quote = ("POST", "/api/trades/quote?after=1")
wanted = {"seller": "luna-1", "buyer": "mars-2", "lines": [{"item": "water", "quantity": 1}]}
expect("a quote is a read", "entrepot-seq" in ok(*quote, wanted)[1])
expect("of settings too", "entrepot-seq" in ok("GET", "/admin/config")[1])

# Tokens, and passwords
_, fields, made = ok("POST", "/admin/tokens", {"user": "admin", "name": "cron"}, 201)
expect(fields["location"], fields["location"] == "/admin/tokens/" + made["id"])
expect("the secret is nowhere else", not any(made["token"] in value for value in fields.values()))
refused("POST", "/admin/users", 422, "RANGE", {
    "name": "ada", "role": "viewer", "stations": [], "password": "short"}, "/password")
refused("POST", "/admin/users", 422, "RANGE", {
    "name": "ada", "role": "viewer", "stations": [], "password": "long enough", "email": "ada"},
    "/email")
refused("POST", "/admin/channels", 422, "RANGE", {
    "id": "w", "kind": "webhook", "url": "https://example.org/", "secret": "abc"}, "/secret")
_, fields, _ = ok("POST", "/admin/users", {
    "name": "ada", "role": "viewer", "stations": [], "password": "a-long-word"}, 201)
tag = ("If-Match", fields["etag"])
ok("POST", "/admin/users/ada/password", {"password": "another-word"}, fields=[tag])
refused("POST", "/admin/users/ada/password", 412, "CONFLICT", {"password": "a-third-word"}, fields=[tag])
ok("POST", "/admin/channels", {"id": "ops", "kind": "log"}, 201)
refused("DELETE", "/admin/channels/ops", 412, "CONFLICT", fields=[("If-Match", '"1"')])
refused("DELETE", "/admin/channels/ops", 400, "SYNTAX", fields=[
    ("If-Match", '"1"'), ("Idempotency-Key", "a,b")])
ok("DELETE", "/admin/channels/ops")
refused("PATCH", "/admin/config", 422, "RANGE", {"settings": {}}, "/settings")
refused("PATCH", "/admin/config", 422, "RANGE", {"settings": {"log_level": None}}, "/settings")
refused("PATCH", "/admin/config", 422, "ERR", {"settings": {"nothing": 1}}, "/settings")
refused("POST", "/admin/plugins", 422, "ERR", {"name": "bad", "source": "return {"}, "/source")
gold = ok("POST", "/api/currencies", {"code": "GLD", "name": "Gold", "scale": 3}, 201)[1]
expect("nothing shows a currency alone", "location" not in gold)

# Parameters
refused("GET", "/api/trades?role=buyer", 400, "SYNTAX")
refused("GET", "/api/trades?rev=true&cursor=ta8.0", 400, "SYNTAX")
refused("GET", "/api/trades?limit=99999999999999999999", 422, "RANGE")
refused("GET", "/admin/deliveries?channel=ops&cursor=ops", 400, "SYNTAX")

# Ready, and for what
expect("ready", ok("GET", "/readyz", auth=None)[2]["status"] == "ready")
ok("GET", "/readyz?role=leader", auth=None)
status, fields, page = call("GET", "/readyz?role=follower", auth=None)
expect((status, page), status == 503 and page["role"] == "leader" and "retry-after" in fields)
refused("GET", "/readyz?role=king", 400, "SYNTAX", auth=None)

# Backups are not made yet
refused("GET", "/admin/backups", 404, "NOTFOUND")

# Methods, documents
status, fields, _ = call("DELETE", "/api/trades")
expect((405, fields.get("allow")), status == 405 and fields["allow"] == "GET, HEAD, POST, OPTIONS")
status, fields, _ = call("GET", "/api/token", auth=None)
expect((405, fields.get("allow")), status == 405 and fields["allow"] == "POST, OPTIONS")
status, _, _ = call("DELETE", "/api/trades", auth=None)
expect("without a log-in nothing is told", status == 401)
document = ok("GET", "/openapi.json", auth=None)[2]
expect("openapi", document["openapi"] == "3.1.0" and "/api/cargo/update/{id}" in document["paths"])
for path in ("/docs", "/docs/errors"):
    _, fields, text = ok("GET", path, auth=None)
    policy = fields["content-security-policy"]
    expect(path, b"<script" not in text and "default-src 'none'" in policy)

for failure in failures:
    print("failed:", failure)
print(f"{calls} calls, {len(failures)} failures")
sys.exit(1 if failures else 0)

"""Who may do what over HTTP: each route, by each role, for the user's own station and for another.

permissions.py URL TCP-PORT PASSWORD: one line at the end, exit 0 if all held. The table is written
by hand: statuses of viewer, trader, operator and admin.
"""

import base64
import json
import re
import socket
import sys
import time
import urllib.error
import urllib.request

URL, PORT, PASSWORD = sys.argv[1], int(sys.argv[2]), sys.argv[3]
ROLES = ("viewer", "trader", "operator", "admin")
# The users' station, and one of somebody else.
PLACES = {"own": "luna-1", "other": "mars-2"}
# Neither.
THIRD = "ceres-3"

LINES = [{"item": "water", "quantity": 1}]
NAMED = [{"item": "water", "quantity": 1, "price": "9.00"}]

ALL = "200 200 200 200"
SEEN, UNSEEN = ALL, "404 404 404 200"
TRADERS, TRADERS_UNSEEN = "403 200 200 200", "403 404 404 200"
OPERATORS, OPERATORS_DENIED = "403 403 200 200", "403 403 403 200"
ADMINS = "403 403 403 200"
MISSING, ADMINS_MISSING = "403 403 404 404", "403 403 403 404"

# call, body, what is made first; statuses at the own station, and at the other.
TABLE = [
    ("GET /api/me", None, None, ALL, ALL),
    ("GET /api/stations", None, None, ALL, ALL),
    ("GET /api/stations/{s}", None, None, ALL, ALL),
    ("GET /api/stations/{s}/near", None, None, ALL, ALL),
    ("POST /api/stations", {"id": "{n}"}, None, "403 403 403 201", "403 403 403 201"),
    ("PATCH /api/stations/{s}", {"name": "{n}"}, None, OPERATORS, OPERATORS_DENIED),
    ("POST /api/stations/{s}/close", {}, "opened", OPERATORS, OPERATORS_DENIED),
    ("POST /api/stations/{s}/open", {}, "closed", OPERATORS, OPERATORS_DENIED),
    ("GET /api/items", None, None, ALL, ALL),
    ("GET /api/items/water", None, None, ALL, ALL),
    ("GET /api/items/search?q=w", None, None, ALL, ALL),
    ("GET /api/items/water/stock", None, None, ALL, ALL),
    ("POST /api/items", {"id": "{n}"}, None, "403 403 403 201", "403 403 403 201"),
    ("PATCH /api/items/water", {"name": "{n}"}, None, ADMINS, ADMINS),
    ("GET /api/ships", None, None, ALL, ALL),
    ("GET /api/ships/hermes", None, None, ALL, ALL),
    ("POST /api/ships", {"id": "{n}"}, None, "403 403 403 201", "403 403 403 201"),
    ("PATCH /api/ships/hermes", {"name": "{n}"}, None, ADMINS, ADMINS),
    ("POST /api/ships/hermes/track", {"position": {"x": 1, "y": 1, "z": 1}}, None, ADMINS, ADMINS),
    ("GET /api/currencies", None, None, ALL, ALL),
    ("POST /api/currencies", {"code": "{C}", "name": "n", "scale": 2}, None, "403 403 403 201",
     "403 403 403 201"),
    ("GET /api/rates", None, None, ALL, ALL),
    ("GET /api/rates/EUR/CR", None, None, ALL, ALL),
    ("GET /api/rates/convert?amount=1&from=EUR&to=CR", None, None, ALL, ALL),
    ("POST /api/rates", {"base": "EUR", "quote": "CR", "rate": "2"}, None,
     "403 403 403 201", "403 403 403 201"),
    ("GET /api/inventory/{s}", None, None, ALL, ALL),
    ("GET /api/inventory/{s}/water", None, None, ALL, ALL),
    ("GET /api/inventory/{s}/water/history", None, None, SEEN, UNSEEN),
    ("GET /api/inventory/{s}/water/explain", None, None, SEEN, UNSEEN),
    ("POST /api/inventory/{s}/water", {"action": "add", "quantity": 2}, None, OPERATORS,
     OPERATORS_DENIED),
    ("POST /api/inventory/{s}/water", {"action": "remove", "quantity": 1}, None, OPERATORS,
     OPERATORS_DENIED),
    ("POST /api/inventory/{s}/water", {"action": "adjust", "quantity": 1, "reason": "r"}, None,
     OPERATORS, OPERATORS_DENIED),
    ("POST /api/inventory/{s}/water", {"action": "hold", "quantity": 1, "reason": "r"}, None,
     OPERATORS, OPERATORS_DENIED),
    ("POST /api/inventory/{s}/water", {"action": "release", "quantity": 1, "reason": "r"}, "held",
     OPERATORS, OPERATORS_DENIED),
    ("POST /api/inventory/{s}/water", {"action": "limits", "low_at": 3}, None, OPERATORS,
     OPERATORS_DENIED),
    ("DELETE /api/inventory/{s}/ore", None, "ore", OPERATORS, OPERATORS_DENIED),
    ("GET /api/trades", None, None, ALL, ALL),
    ("GET /api/trades?station={s}", None, None, ALL, ALL),
    ("POST /api/trades/quote", {"seller": "{s}", "buyer": THIRD, "lines": LINES}, None, ALL, ALL),
    ("POST /api/trades", {"seller": "{s}", "buyer": THIRD, "lines": LINES}, None,
     "403 201 201 201", "403 403 403 201"),
    ("POST /api/trades", {"seller": THIRD, "buyer": "{s}", "lines": LINES}, None,
     "403 201 201 201", "403 403 403 201"),
    ("POST /api/trades", {"seller": "{s}", "buyer": THIRD, "lines": NAMED}, None,
     "403 201 201 201", "403 403 403 201"),
    # A named price is the seller's to name.
    ("POST /api/trades", {"seller": THIRD, "buyer": "{s}", "lines": NAMED}, None,
     "403 403 403 201", "403 403 403 201"),
    ("POST /api/trades", {"seller": "{s}", "buyer": THIRD, "lines": LINES, "ttl_seconds": 60}, None,
     "403 201 201 201", "403 403 403 201"),
    ("GET /api/trades/{t}", None, "sale", SEEN, UNSEEN),
    ("GET /api/trades/{t}", None, "purchase", SEEN, UNSEEN),
    ("GET /api/trades/{t}/history", None, "sale", SEEN, UNSEEN),
    ("GET /api/trades/{t}/explain", None, "sale", SEEN, UNSEEN),
    ("POST /api/trades/{t}/commit", {}, "reservation", TRADERS, TRADERS_UNSEEN),
    ("POST /api/trades/{t}/cancel", {}, "sale", TRADERS, TRADERS_UNSEEN),
    ("POST /api/trades/{t}/cancel", {}, "purchase", TRADERS, TRADERS_UNSEEN),
    ("POST /api/trades/{t}/pay", {}, "sale", TRADERS, TRADERS_UNSEEN),
    # Only the seller says that it was paid.
    ("POST /api/trades/{t}/pay", {}, "purchase", "403 403 403 200", TRADERS_UNSEEN),
    ("GET /api/cargo", None, None, ALL, ALL),
    ("POST /api/cargo", {"origin": "{s}", "destination": THIRD, "lines": LINES}, None,
     "403 201 201 201", "403 403 403 201"),
    # Cargo is its origin's to send.
    ("POST /api/cargo", {"origin": THIRD, "destination": "{s}", "lines": LINES}, None,
     "403 403 403 201", "403 403 403 201"),
    ("GET /api/cargo/{t}", None, "outgoing", SEEN, UNSEEN),
    ("GET /api/cargo/{t}", None, "incoming", SEEN, UNSEEN),
    ("GET /api/cargo/{t}/history", None, "outgoing", SEEN, UNSEEN),
    ("POST /api/cargo/{t}/dispatch", {}, "outgoing", TRADERS, TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/dispatch", {}, "incoming", "403 403 403 200", TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/cancel", {}, "outgoing", TRADERS, TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/cancel", {}, "incoming", "403 403 403 200", TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/track", {"position": {"x": 1, "y": 1, "z": 1}}, "outgoing", TRADERS,
     TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/track", {"position": {"x": 1, "y": 1, "z": 1}}, "incoming", TRADERS,
     TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/eta", {"eta": "+1d"}, "incoming", TRADERS, TRADERS_UNSEEN),
    # It goes already: who may is told so.
    ("POST /api/cargo/{t}/resume", {}, "leaving", "403 409 409 409", "403 404 404 409"),
    ("POST /api/cargo/{t}/hold", {}, "leaving", TRADERS, TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/hold", {}, "coming", TRADERS, TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/lose", {}, "leaving", TRADERS, TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/deliver", {}, "coming", TRADERS, TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/deliver", {}, "leaving", "403 403 403 200", TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/return", {}, "coming", TRADERS, TRADERS_UNSEEN),
    ("POST /api/cargo/{t}/return", {}, "leaving", "403 403 403 200", TRADERS_UNSEEN),
    ("PUT /api/cargo/{t}", {"status": "in_transit"}, "outgoing", TRADERS, TRADERS_UNSEEN),
    ("PUT /api/cargo/{t}", {"status": "in_transit"}, "incoming", "403 403 403 200", TRADERS_UNSEEN),
    ("PUT /api/cargo/update/{t}", {"status": "delivered"}, "coming", TRADERS, TRADERS_UNSEEN),
    ("PUT /api/cargo/update/{t}", {"eta": "+1d"}, "incoming", TRADERS, TRADERS_UNSEEN),
    ("GET /api/events", None, None, ALL, ALL),
    ("GET /api/analytics/summary", None, None, ALL, ALL),
    ("GET /api/analytics/summary?station={s}", None, None, SEEN, UNSEEN),
    ("GET /api/analytics/series?station={s}", None, None, SEEN, UNSEEN),
    ("GET /api/analytics/prices?item=water", None, None, ALL, ALL),
    ("GET /api/analytics/map", None, None, ALL, ALL),
    # Administration: what does not exist is 404 for those who may ask, 403 for the others.
    ("GET /admin/plugins", None, None, OPERATORS, OPERATORS),
    ("GET /admin/plugins/none", None, None, MISSING, MISSING),
    ("GET /admin/plugins/none/source", None, None, MISSING, MISSING),
    ("GET /admin/plugins/none/versions", None, None, MISSING, MISSING),
    ("GET /admin/plugins/none/log", None, None, MISSING, MISSING),
    ("GET /admin/plugins/none/stats", None, None, MISSING, MISSING),
    ("GET /admin/plugin-stats", None, None, OPERATORS, OPERATORS),
    ("POST /admin/plugins", {"name": "{n}", "source": "return {"}, None, "403 403 422 422",
     "403 403 422 422"),
    ("PUT /admin/plugins/none", {"source": "return {"}, None, "403 403 422 422", "403 403 422 422"),
    ("POST /admin/plugins/none/mode", {"mode": "live"}, None, MISSING, MISSING),
    ("POST /admin/plugins/none/rollback", None, None, MISSING, MISSING),
    ("DELETE /admin/plugins/none", None, None, MISSING, MISSING),
    ("POST /admin/plugins/none/test", None, None, MISSING, MISSING),
    ("POST /admin/plugins/none/backtest", {}, None, MISSING, MISSING),
    ("GET /admin/backtests/none", None, None, MISSING, MISSING),
    ("DELETE /admin/backtests/none", None, None, MISSING, MISSING),
    ("GET /admin/channels", None, None, OPERATORS, OPERATORS),
    ("POST /admin/channels", {"id": "{n}", "kind": "log"}, None, "403 403 403 201",
     "403 403 403 201"),
    ("GET /admin/channels/none", None, None, MISSING, MISSING),
    ("PATCH /admin/channels/none", {"text": "x"}, None, ADMINS_MISSING, ADMINS_MISSING),
    ("DELETE /admin/channels/none", None, None, ADMINS_MISSING, ADMINS_MISSING),
    ("POST /admin/channels/none/routes", {"pattern": "trade.*"}, None, MISSING, MISSING),
    ("POST /admin/channels/none/unroute", {"pattern": "trade.*"}, None, MISSING, MISSING),
    ("POST /admin/channels/none/test", None, None, MISSING, MISSING),
    ("GET /admin/deliveries?channel=none", None, None, MISSING, MISSING),
    ("POST /admin/deliveries/none/1/redeliver", None, None, MISSING, MISSING),
    ("DELETE /admin/deliveries/none/1", None, None, MISSING, MISSING),
    ("GET /admin/users", None, None, ADMINS, ADMINS),
    ("POST /admin/users", {"name": "{n}", "role": "viewer", "stations": ["{s}"],
                           "password": "a-long-word"}, None, "403 403 403 201", "403 403 403 201"),
    ("GET /admin/users/the-viewer", None, None, ADMINS, ADMINS),
    ("PATCH /admin/users/the-viewer", {"designation": "x"}, None, ADMINS, ADMINS),
    ("POST /admin/users/none/password", {"password": "a-long-word"}, None, "403 403 403 404",
     "403 403 403 404"),
    ("POST /admin/users/none/disable", None, None, ADMINS_MISSING, ADMINS_MISSING),
    ("POST /admin/users/none/enable", None, None, ADMINS_MISSING, ADMINS_MISSING),
    ("GET /admin/tokens", None, None, ALL, ALL),
    ("POST /admin/tokens", {"user": "admin"}, None, "403 403 403 201", "403 403 403 201"),
    ("DELETE /admin/tokens/none", None, None, "404 404 404 404", "404 404 404 404"),
    ("GET /admin/config", None, None, ADMINS, ADMINS),
    ("PATCH /admin/config", {"settings": {"slowlog_entries": 64}}, None, ADMINS, ADMINS),
    ("POST /admin/config/rewrite", None, None, ADMINS, ADMINS),
    ("POST /admin/config/reset-statistics", None, None, ADMINS, ADMINS),
    ("GET /admin/log-level", None, None, ADMINS, ADMINS),
    ("PUT /admin/log-level", {"level": "info"}, None, ADMINS, ADMINS),
    ("GET /admin/clients", None, None, ADMINS, ADMINS),
    ("DELETE /admin/clients/999999", None, None, ADMINS_MISSING, ADMINS_MISSING),
    ("GET /admin/slowlog", None, None, ADMINS, ADMINS),
    ("DELETE /admin/slowlog", None, None, ADMINS, ADMINS),
    ("GET /admin/audit", None, None, ADMINS, ADMINS),
    ("POST /admin/audit", None, None, "403 403 403 202", "403 403 403 202"),
    ("GET /admin/replication", None, None, ALL, ALL),
    ("GET /metrics", None, None, ALL, ALL),
    ("GET /api/updates/real-time", None, None, ALL, ALL),
    ("GET /api/updates/real-time?station={s}", None, None, ALL, ALL),
]

# What lists show of a trade or shipment between the station and a third one: y or n for each role,
# at the own station and at the other.
SHOWN = [
    ("/api/trades?rev=true&limit=3", "sale", "y y y y", "n n n y"),
    ("/api/trades?rev=true&limit=3", "purchase", "y y y y", "n n n y"),
    ("/api/trades?rev=true&limit=3&station={s}", "sale", "y y y y", "n n n y"),
    ("/api/cargo?rev=true&limit=3", "outgoing", "y y y y", "n n n y"),
    ("/api/cargo?rev=true&limit=3", "incoming", "y y y y", "n n n y"),
    ("/api/events?rev=true&limit=9", "sale", "y y y y", "n n n y"),
    ("/api/events?rev=true&limit=9", "coming", "y y y y", "n n n y"),
    ("/api/updates/real-time", "purchase", "y y y y", "n n n y"),
    ("/api/updates/real-time", "outgoing", "y y y y", "n n n y"),
]

# Open to all, and log-in itself.
ELSEWHERE = ("/api/token", "/api/session", "/healthz", "/readyz", "/docs", "/openapi.json",
             "/api/updates/ws")

# Rules and channels belong to a station; users, settings and connections to administrators.
RULE = ("return { name = '{r}', version = '1', api = 1, station = '{s}', on_error = 'skip', "
        "pricing = function() end }")
RULES, RULES_UNSEEN = "403 403 200 200", "403 403 404 200"
TABLE += [
    ("GET /admin/plugins/{t}", None, "rule", RULES, RULES_UNSEEN),
    ("GET /admin/plugins/{t}/source", None, "rule", RULES, RULES_UNSEEN),
    ("GET /admin/plugins/{t}/versions", None, "rule", RULES, RULES_UNSEEN),
    ("GET /admin/plugins/{t}/log", None, "rule", RULES, RULES_UNSEEN),
    ("GET /admin/plugins/{t}/stats", None, "rule", RULES, RULES_UNSEEN),
    ("POST /admin/plugins", {"name": "{n}", "source": RULE.replace("{r}", "{n}")}, None,
     "403 403 201 201", "403 403 403 201"),
    ("PUT /admin/plugins/{t}", {"source": RULE.replace("{r}", "{t}") + " -- {n}"}, "rule",
     RULES, OPERATORS_DENIED),
    ("POST /admin/plugins/{t}/mode", {"mode": "shadow"}, "rule", RULES, OPERATORS_DENIED),
    ("POST /admin/plugins/{t}/rollback", {}, "updated rule", RULES, OPERATORS_DENIED),
    ("POST /admin/plugins/{t}/test", {}, "rule", RULES, RULES_UNSEEN),
    ("POST /admin/plugins/{t}/backtest", {}, "rule", RULES, RULES_UNSEEN),
    ("DELETE /admin/plugins/{t}", None, "rule", RULES, OPERATORS_DENIED),
    ("GET /admin/channels/{t}", None, "channel", RULES, RULES_UNSEEN),
    ("GET /admin/deliveries?channel={t}", None, "channel", RULES, RULES_UNSEEN),
    ("PATCH /admin/channels/{t}", {"subject": "x"}, "channel", ADMINS, ADMINS),
    ("POST /admin/channels/{t}/routes", {"pattern": "trade.*", "station": "{s}"}, "channel", RULES,
     OPERATORS_DENIED),
    ("POST /admin/channels/{t}/test", {}, "channel", RULES, OPERATORS_DENIED),
    ("DELETE /admin/channels/{t}", None, "channel", ADMINS, ADMINS),
    ("GET /admin/users/the-viewer", None, None, ADMINS, ADMINS),
    ("POST /admin/users",
     {"name": "{n}", "role": "viewer", "stations": ["{s}"], "password": "correct horse battery"},
     None, "403 403 403 201", "403 403 403 201"),
    ("PATCH /admin/users/{t}", {"designation": "x"}, "user", ADMINS, ADMINS),
    ("POST /admin/users/{t}/password", {"password": "correct horse battery"}, "user", ADMINS,
     ADMINS),
    ("POST /admin/users/{t}/disable", {}, "user", ADMINS, ADMINS),
    ("POST /admin/users/{t}/enable", {}, "disabled user", ADMINS, ADMINS),
    # Tokens of one's own are everybody's right.
    ("POST /admin/tokens", {"user": "{u}"}, None, "201 201 201 201", "201 201 201 201"),
    ("POST /admin/tokens", {"user": "{t}"}, "user", "403 403 403 201", "403 403 403 201"),
]

count = 0


def ask(method, path, body, name, password):
    request = urllib.request.Request(URL + path, method=method)
    request.add_header("Accept", "application/json")
    if name:
        word = base64.b64encode(f"{name}:{password}".encode()).decode()
        request.add_header("Authorization", "Basic " + word)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        reply = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        reply = error
    text = reply.read()
    return reply.status, json.loads(text) if text.startswith((b"{", b"[")) else text


def admin(method, path, body=None):
    status, found = ask(method, path, body, "admin", PASSWORD)
    if status >= 300 and status != 409:
        raise SystemExit(f"{method} {path} {body}: {status} {found}")
    return found


def fresh():
    global count
    count += 1
    return f"n-{count}"


def filled(value, **names):
    """A copy with the names in braces replaced."""
    if isinstance(value, dict):
        return {key: filled(member, **names) for key, member in value.items()}
    if isinstance(value, list):
        return [filled(member, **names) for member in value]
    if isinstance(value, str):
        for key, text in names.items():
            value = value.replace("{" + key + "}", text)
    return value


def make(kind, station):
    """What a call is about, made by the administrator; gives its id."""
    new = fresh()
    ends = {
        "sale": (station, THIRD), "purchase": (THIRD, station), "reservation": (station, THIRD),
        "outgoing": (station, THIRD), "incoming": (THIRD, station),
        "leaving": (station, THIRD), "coming": (THIRD, station),
    }
    if kind in ("sale", "purchase", "reservation"):
        seller, buyer = ends[kind]
        body = {"id": new, "seller": seller, "buyer": buyer, "lines": LINES}
        if kind == "reservation":
            body["ttl_seconds"] = 600
        admin("POST", "/api/trades", body)
    elif kind in ends:
        origin, destination = ends[kind]
        body = {"id": new, "origin": origin, "destination": destination, "lines": LINES}
        admin("POST", "/api/cargo", body)
        if kind in ("leaving", "coming"):
            admin("POST", f"/api/cargo/{new}/dispatch")
    elif kind == "opened":
        admin("POST", f"/api/stations/{station}/open")
    elif kind == "closed":
        admin("POST", f"/api/stations/{station}/close")
    elif kind == "held":
        admin("POST", f"/api/inventory/{station}/water",
              {"action": "hold", "quantity": 1, "reason": "r"})
    elif kind in ("rule", "updated rule"):
        source = filled(RULE, r=new, s=station)
        admin("POST", "/admin/plugins", {"name": new, "source": source})
        if kind == "updated rule":
            admin("POST", f"/admin/plugins/{new}/mode", {"mode": "live"})
            admin("PUT", f"/admin/plugins/{new}", {"source": source + " -- 2"})
            admin("POST", f"/admin/plugins/{new}/mode", {"mode": "live"})
    elif kind == "channel":
        admin("POST", "/admin/channels", {"id": new, "kind": "log", "station": station})
    elif kind in ("user", "disabled user"):
        admin("POST", "/admin/users", {"name": new, "role": "viewer", "stations": [station],
                                       "password": "correct horse battery"})
        if kind == "disabled user":
            admin("POST", f"/admin/users/{new}/disable")
    elif kind == "ore":
        admin("POST", f"/api/inventory/{station}/ore", {"action": "add", "quantity": 1})
    return new


def users():
    """One of each role for the own station, made over TCP."""
    with socket.create_connection(("127.0.0.1", PORT)) as connection:
        lines = [f"AUTH admin {PASSWORD}"]
        for role in ROLES:
            stations = "*" if role == "admin" else PLACES["own"]
            user = f"the-{role} ROLE {role} STATIONS {stations} PASSWORD a-{role}-word"
            lines.append("USER ADD " + user)
        connection.sendall("".join(line + "\r\n" for line in lines).encode() + b"QUIT\r\n")
        said = b""
        while part := connection.recv(65536):
            said += part
    if b"\r\n-" in said or said.startswith(b"-"):
        raise SystemExit(f"the users were not made: {said!r}")


for station in (*PLACES.values(), THIRD):
    admin("POST", "/api/stations", {"id": station, "position": {"x": 0, "y": len(station), "z": 0}})
admin("POST", "/api/items", {"id": "water", "price": "2.00", "currency": "CR"})
admin("POST", "/api/items", {"id": "ore"})
admin("POST", "/api/ships", {"id": "hermes"})
admin("POST", "/api/currencies", {"code": "EUR", "name": "Euro", "scale": 2})
admin("POST", "/api/rates", {"base": "EUR", "quote": "CR", "rate": "2"})
for station in (*PLACES.values(), THIRD):
    admin("POST", f"/api/inventory/{station}/water", {"action": "add", "quantity": 100_000})
users()

failures = checks = 0
for call, body, kind, *columns in TABLE:
    method, path = call.split()
    for (place, station), column in zip(PLACES.items(), columns):
        for role, wanted in zip(ROLES, column.split()):
            new = make(kind, station)
            # A currency has a code of capitals.
            code = "X" + "".join(chr(65 + int(digit)) for digit in str(count))
            names = {"s": station, "t": new, "n": fresh(), "C": code,
                     "u": f"the-{role}"}
            status, found = ask(
                method, filled(path, **names), filled(body, **names), f"the-{role}",
                f"a-{role}-word")
            for _ in range(50):
                # Two back-tests at a time, one audit: the next one comes again, as it is told to.
                if not isinstance(found, dict) or found.get("code") != "BUSY":
                    break
                time.sleep(0.2)
                status, found = ask(
                    method, filled(path, **names), filled(body, **names), f"the-{role}",
                    f"a-{role}-word")
            checks += 1
            if status != int(wanted):
                failures += 1
                print(f"{call} by {role}, {place} station: {status}, not {wanted}: {found}")
    for station in PLACES.values():
        admin("POST", f"/api/stations/{station}/open")
    status, _ = ask(method, filled(path, s=THIRD, t="x", n="x"), body, None, None)
    checks += 1
    if status != 401:
        failures += 1
        print(f"{call} without log-in: {status}, not 401")
for path, kind, *columns in SHOWN:
    for (place, station), column in zip(PLACES.items(), columns):
        new = make(kind, station)
        for role, wanted in zip(ROLES, column.split()):
            _, text = ask("GET", filled(path, s=station), None, f"the-{role}", f"a-{role}-word")
            found = "y" if f'"{new}"' in json.dumps(text) or f'/{new}"' in json.dumps(text) else "n"
            checks += 1
            if found != wanted:
                failures += 1
                print(f"{kind} in {path} by {role}, {place} station: {found}, not {wanted}")
# A route that the table does not name is one that nobody has thought about.
described = ask("GET", "/openapi.json", None, "admin", PASSWORD)[1]["paths"]
for path, methods in described.items():
    pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
    for method in methods:
        if method not in ("get", "post", "put", "patch", "delete"):
            continue
        if path == "/" or path.startswith(ELSEWHERE):
            continue
        rows = (call.split() for call, *_ in TABLE)
        if not any(word == method.upper() and pattern.fullmatch(place.split("?")[0])
                   for word, place in rows):
            failures += 1
            print(f"no row for {method.upper()} {path}")
print(f"{checks} checks, {failures} failures")
sys.exit(1 if failures else 0)

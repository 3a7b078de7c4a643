"""Each administration route once, as an administrator uses it.

admin.py URL PASSWORD: one line at the end, exit 0 if all answered as they should.
"""

import base64
import json
import sys
import time
import urllib.error
import urllib.request

URL, PASSWORD = sys.argv[1:3]
failures = calls = 0


def call(method, path, status, body=None, user="admin", password=PASSWORD, **wanted):
    """Asks, checks the status and fields of the reply, and gives the reply."""
    global failures, calls
    calls += 1
    request = urllib.request.Request(URL + path, method=method)
    word = base64.b64encode(f"{user}:{password}".encode()).decode()
    request.add_header("Authorization", "Basic " + word)
    if body is not None:
        request.data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request.add_header(
            "Content-Type", "text/plain" if isinstance(body, str) else "application/json")
    try:
        reply = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        reply = error
    text = reply.read()
    found = json.loads(text) if text[:1] in (b"{", b"[") else text.decode()
    odd = [k for k, v in wanted.items() if not isinstance(found, dict) or found.get(k) != v]
    if reply.status != status or odd:
        failures += 1
        print(f"{method} {path} {body!r}: {reply.status}, not {status}; {odd} {str(found)[:400]}")
    return found


RULE = """return { name = "half", version = "1", api = 1, station = "*", on_error = "skip",
  tests = { { name = "halves", hook = "pricing", line = { item = "water", quantity = 1, price = "2.00" },
    expect = "1.00" } },
  pricing = function(trade, line) return line.price / 2 end }
"""

call("POST", "/api/stations", 201, {"id": "luna-1"})
# Users and tokens.
call("POST", "/admin/users", 201,
     {"name": "ada", "role": "operator", "stations": ["luna-1"], "password": "a-long-word"}, role="operator")
call("GET", "/admin/users", 200)
call("GET", "/admin/users/ada", 200, name="ada")
call("GET", "/admin/users/nobody", 404, code="NOTFOUND")
call("PATCH", "/admin/users/ada", 200, {"designation": "Dock"}, designation="Dock")
call("POST", "/admin/users/ada/password", 200, {"password": "another-word"})
call("GET", "/api/me", 200, user="ada", password="another-word", name="ada")
call("POST", "/admin/users/ada/disable", 200, disabled=True)
call("GET", "/api/me", 401, user="ada", password="another-word")
call("POST", "/admin/users/ada/enable", 200, disabled=False)
token = call("POST", "/admin/tokens", 201, {"user": "ada", "name": "script", "ttl": "30d"})
call("GET", "/admin/tokens?user=ada", 200)
call("DELETE", f"/admin/tokens/{token.get('id')}", 200)
call("POST", "/admin/users/admin/disable", 409, code="BADSTATE")
# Rules.
loaded = call("POST", "/admin/plugins", 201, {"name": "half", "source": RULE})
call("GET", "/admin/plugins", 200)
call("GET", "/admin/plugins/half", 200, name="half")
call("POST", "/admin/plugins/half/mode", 200, {"mode": "live"})
call("GET", "/admin/plugins/half/source", 200)
call("GET", "/admin/plugins/half/versions", 200)
call("GET", "/admin/plugins/half/log", 200)
call("GET", "/admin/plugins/half/stats", 200)
call("GET", "/admin/plugin-stats", 200)
call("POST", "/admin/plugins", 422, {"name": "bad", "source": "return {"})
job = call("POST", "/admin/plugins/half/backtest", 200, {}, plugin="half")
call("GET", f"/admin/backtests/{job.get('job')}", 200)
call("POST", "/admin/plugins/half/rollback", 409, code="BADSTATE")
call("DELETE", "/admin/plugins/half", 200)
# Channels and deliveries.
call("POST", "/admin/channels", 201, {"id": "ops", "kind": "log"}, id="ops")
call("GET", "/admin/channels", 200)
call("GET", "/admin/channels/ops", 200, id="ops")
call("PATCH", "/admin/channels/ops", 200, {"subject": "news"})
call("POST", "/admin/channels/ops/routes", 200, {"pattern": "trade.*"})
call("POST", "/admin/channels/ops/unroute", 200, {"pattern": "trade.*"})
call("POST", "/admin/channels/ops/test", 200, ok=True)
call("GET", "/admin/deliveries?channel=ops", 200)
call("POST", "/admin/deliveries/ops/7/redeliver", 404, code="NOTFOUND")
call("DELETE", "/admin/deliveries/ops/7", 404, code="NOTFOUND")
call("DELETE", "/admin/channels/ops", 200)
# The server.
call("GET", "/admin/config?pattern=slowlog*", 200)
call("PATCH", "/admin/config", 200, {"settings": {"slowlog_microseconds": 0}})
call("PATCH", "/admin/config", 422, {"settings": {"no_such_key": "1"}})
call("GET", "/admin/slowlog", 200)
call("DELETE", "/admin/slowlog", 200)
call("POST", "/admin/config/rewrite", 200)
call("POST", "/admin/config/reset-statistics", 200)
call("GET", "/admin/log-level", 200)
call("PUT", "/admin/log-level", 200, {"level": "debug"})
call("GET", "/admin/clients", 200)
call("DELETE", "/admin/clients/999999", 404)
call("GET", "/admin/replication", 200)
call("GET", "/admin/backups", 404)
call("POST", "/admin/audit", 202)
for _ in range(100):
    if call("GET", "/admin/audit", 200).get("status") != "running":
        break
    time.sleep(0.1)
trail = call("GET", "/api/events?types=system.action,user.*,token.*&limit=100", 200)
commands = {(event.get("data") or {}).get("command") for event in trail.get("items", [])}
for command in ("CONFIG SET", "CONFIG REWRITE", "SLOWLOG RESET", "AUDIT"):
    if command not in commands:
        failures += 1
        print(f"no system.action of {command}: {commands}")
print(f"{calls} calls, {failures} failures")
sys.exit(1 if failures else 0)

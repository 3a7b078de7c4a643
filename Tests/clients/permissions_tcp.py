"""Who may do what over TCP where the edge or a feature answers, and what each role is shown.

permissions_tcp.py PORT PASSWORD: one line at the end, exit 0 if all held. The tables are written by
hand: for viewer, trader, operator and admin what comes of it, `ok` or the code of the refusal.
"""

import json
import sys
import time

import redis

PORT, PASSWORD = int(sys.argv[1]), sys.argv[2]
ROLES = ("viewer", "trader", "operator", "admin")
# The users' station, and one of somebody else.
PLACES = {"own": "luna-1", "other": "mars-2"}
# Neither.
THIRD = "ceres-3"

ALL = "ok ok ok ok"
TRADERS = "NOPERM ok ok ok"
OPERATORS = "NOPERM NOPERM ok ok"
ADMINS = "NOPERM NOPERM NOPERM ok"
NOBODY = "NOPERM NOPERM NOPERM NOPERM"
# Another's rule is like none.
UNSEEN = "NOPERM NOPERM NOTFOUND ok"

# The command; at the own station, and at the other.
TABLE = [
    ("PING", ALL, ALL),
    ("ECHO {s}", ALL, ALL),
    ("HELLO 2", ALL, ALL),
    ("AUTH the-{r} a-{r}-word", ALL, ALL),
    ("SELECT 0", ALL, ALL),
    ("OUTPUT RESP", ALL, ALL),
    ("CLIENT ID", ALL, ALL),
    ("CLIENT INFO", ALL, ALL),
    ("CLIENT GETNAME", ALL, ALL),
    ("CLIENT SETNAME me", ALL, ALL),
    ("CLIENT SETINFO LIB-NAME me", ALL, ALL),
    ("CLIENT NO-TOUCH ON", ALL, ALL),
    ("CLIENT NO-EVICT ON", ALL, ALL),
    ("CLIENT REPLY ON", ALL, ALL),
    ("CLIENT LIST", ADMINS, ADMINS),
    ("CLIENT KILL ID 999999", ADMINS, ADMINS),
    ("COMMAND", ALL, ALL),
    ("COMMAND COUNT", ALL, ALL),
    ("COMMAND LIST", ALL, ALL),
    ("COMMAND INFO PING", ALL, ALL),
    ("COMMAND DOCS PING", ALL, ALL),
    ("COMMAND GETKEYS STATION GET {s}", ALL, ALL),
    ("HELP", ALL, ALL),
    ("TIME", ALL, ALL),
    ("TIME ACCEPT", ADMINS, ADMINS),
    ("INFO", ALL, ALL),
    ("DBSIZE", ALL, ALL),
    ("ROLE", ALL, ALL),
    ("MEMORY USAGE {s}", ALL, ALL),
    ("WATCH a", "ERR ERR ERR ERR", "ERR ERR ERR ERR"),
    ("UNWATCH", ALL, ALL),
    ("CONFIG GET tcp", ADMINS, ADMINS),
    ("CONFIG SET slowlog_entries 64", ADMINS, ADMINS),
    ("CONFIG REWRITE", ADMINS, ADMINS),
    ("CONFIG RESETSTAT", ADMINS, ADMINS),
    ("SLOWLOG GET", ADMINS, ADMINS),
    ("SLOWLOG LEN", ADMINS, ADMINS),
    ("SLOWLOG RESET", ADMINS, ADMINS),
    ("LATENCY HISTOGRAM", ADMINS, ADMINS),
    ("LATENCY LATEST", ADMINS, ADMINS),
    ("LATENCY RESET", ADMINS, ADMINS),
    ("MONITOR", ADMINS, ADMINS),
    ("AUDIT", ADMINS, ADMINS),
    # An administrator's would end the server.
    ("SHUTDOWN", "NOPERM NOPERM NOPERM -", "NOPERM NOPERM NOPERM -"),
    ("XLEN events", ALL, ALL),
    ("XRANGE events - + COUNT 1", ALL, ALL),
    ("XREVRANGE events + - COUNT 1", ALL, ALL),
    ("XREAD COUNT 1 STREAMS events 0", ALL, ALL),
    ("XINFO STREAM events", ALL, ALL),
    ("XINFO GROUPS events", ALL, ALL),
    ("XINFO CONSUMERS events old", ALL, ALL),
    # The log is written by commands alone.
    ("XADD events * a b", NOBODY, NOBODY),
    ("XDEL events 1-0", NOBODY, NOBODY),
    ("XTRIM events MAXLEN 1", NOBODY, NOBODY),
    ("XGROUP CREATE events {n} $", TRADERS, TRADERS),
    ("XGROUP SETID events old $", TRADERS, TRADERS),
    ("XGROUP CREATECONSUMER events old {n}", TRADERS, TRADERS),
    ("XGROUP DELCONSUMER events old {n}", TRADERS, TRADERS),
    ("XGROUP DESTROY events {n}", TRADERS, TRADERS),
    ("XREADGROUP GROUP old c STREAMS events >", TRADERS, TRADERS),
    ("XACK events old 1-0", TRADERS, TRADERS),
    ("XPENDING events old", TRADERS, TRADERS),
    ("XCLAIM events old c 0 1-0", TRADERS, TRADERS),
    ("XAUTOCLAIM events old c 0 0", TRADERS, TRADERS),
    ("SUBSCRIBE trade.paid", ALL, ALL),
    ("PSUBSCRIBE trade.*", ALL, ALL),
    ("PLUGIN TEST rule-{s}", OPERATORS, UNSEEN),
    ("PLUGIN LOG rule-{s}", OPERATORS, UNSEEN),
    ("PLUGIN STATS rule-{s}", OPERATORS, UNSEEN),
    ("PLUGIN BACKTEST rule-{s}", OPERATORS, UNSEEN),
    # A rule of all stations concerns every operator, but its trades are an administrator's.
    ("PLUGIN TEST rule-all", OPERATORS, OPERATORS),
    ("PLUGIN BACKTEST rule-all", ADMINS, ADMINS),
    ("CHANNEL TEST channel-{s}", OPERATORS, ADMINS),
]

# What lists and streams show of a trade between the station and a third one: y or n for each role.
SEEN, ADMINS_SEE = "y y y y", "n n n y"
NO_GROUPS, ADMINS_GROUPS = "- y y y", "- n n y"
SHOWN = [
    ("XRANGE events {seq} {seq}", SEEN, ADMINS_SEE),
    ("XREVRANGE events {seq} {seq}", SEEN, ADMINS_SEE),
    ("XREAD STREAMS events {before}", SEEN, ADMINS_SEE),
    ("XREADGROUP GROUP {group} c STREAMS events >", NO_GROUPS, ADMINS_GROUPS),
    ("EVENT LIST TYPES trade.initiated FROM {seq}", SEEN, ADMINS_SEE),
    ("TRADE LIST REV LIMIT 1", SEEN, ADMINS_SEE),
    ("TRADE GET {trade}", SEEN, ADMINS_SEE),
]

CODES = {"NOAUTH", "NOPERM", "NOTFOUND", "BUSY", "RANGE", "SYNTAX", "BADSTATE", "NOGROUP"}

count = checks = failures = 0


def client(name, password):
    return redis.Redis(port=PORT, username=name, password=password, decode_responses=True)


def fresh():
    global count
    count += 1
    return f"n-{count}"


def outcome(connection, line):
    """`ok` or the code."""
    try:
        connection.send_command(*line.split())
        connection.read_response()
        return "ok"
    except redis.exceptions.RedisError as error:
        text = str(error)
        # redis-py takes the code off errors that it has a class for.
        known = {redis.exceptions.NoPermissionError: "NOPERM",
                 redis.exceptions.AuthenticationError: "NOAUTH"}
        code = text.split(" ")[0]
        return known.get(type(error), code if code in CODES else "ERR")


def hold(what, found, wanted):
    global checks, failures
    if wanted == "-":
        return
    checks += 1
    if found != wanted:
        failures += 1
        print(f"{what}: {found}, not {wanted}")


def rule(name, station):
    return (f'return {{ name = "{name}", version = "1", api = 1, station = "{station}",\n'
            'on_error = "skip",\n'
            "pricing = function(trade, line) return line.price end }")


admin = client("admin", PASSWORD)
for station in (*PLACES.values(), THIRD):
    admin.execute_command("STATION", "ADD", station)
admin.execute_command("ITEM", "ADD", "water", "PRICE", "2.00", "CR")
for station in (*PLACES.values(), THIRD):
    admin.execute_command("INVENTORY", "ADD", station, "water", 1000)
for station in PLACES.values():
    name = f"rule-{station}"
    admin.execute_command("PLUGIN", "LOAD", name, rule(name, station))
    admin.execute_command("CHANNEL", "ADD", f"channel-{station}", "KIND", "log", "STATION", station)
admin.execute_command("PLUGIN", "LOAD", "rule-all", rule("rule-all", "*"))
admin.execute_command("XGROUP", "CREATE", "events", "old", "$")
for role in ROLES:
    stations = "*" if role == "admin" else PLACES["own"]
    admin.execute_command(
        "USER", "ADD", f"the-{role}", "ROLE", role, "STATIONS", stations, "PASSWORD",
        f"a-{role}-word")
users = {role: client(f"the-{role}", f"a-{role}-word") for role in ROLES}

for line, *columns in TABLE:
    for (place, station), column in zip(PLACES.items(), columns):
        for role, wanted in zip(ROLES, column.split()):
            filled = line.replace("{s}", station).replace("{r}", role).replace("{n}", fresh())
            if wanted != "-":
                # A connection of its own: some commands change it.
                connection = users[role].connection_pool.make_connection()
                connection.connect()
                found = outcome(connection, filled)
                for _ in range(100):
                    # Two back-tests at a time.
                    if found != "BUSY":
                        break
                    time.sleep(0.1)
                    found = outcome(connection, filled)
                connection.disconnect()
                hold(f"{filled} by {role}, {place} station", found, wanted)

# Without log-in nothing but what log-in takes.
stranger = redis.Connection(port=PORT, lib_name=None, lib_version=None)
stranger.connect()
for line, *_ in TABLE:
    if line.split()[0] in ("AUTH", "HELP", "HELLO"):
        continue
    hold(f"{line} without log-in",
         outcome(stranger, line.replace("{s}", "x").replace("{n}", "x")), "NOAUTH")

for line, *columns in SHOWN:
    for (place, station), column in zip(PLACES.items(), columns):
        for role, wanted in zip(ROLES, column.split()):
            if wanted == "-":
                continue
            trade, group = fresh(), fresh()
            admin.execute_command("XGROUP", "CREATE", "events", group, "$")
            made = json.loads(admin.execute_command(
                "TRADE", "CREATE", station, THIRD, "water:1", "ID", trade))
            # The reservation of the goods and the shipment are events of their own.
            first = [item for item in json.loads(admin.execute_command(
                "EVENT", "LIST", "TYPES", "trade.initiated", "REV", "LIMIT", "1"))["items"]][0]
            assert first["subject"] == f"trade/{trade}" and first["seq"] <= made["seq"]
            filled = line.format(
                seq=first["seq"], before=first["seq"] - 1, group=group, trade=trade)
            reply = users[role].execute_command(*filled.split())
            found = "y" if f'"{trade}"' in str(reply).replace("\\", "") else "n"
            hold(f"{filled} by {role}, {place} station", found, wanted)
            admin.execute_command("XGROUP", "DESTROY", "events", group)

# Subscribers, all at once.
heard = {role: users[role].pubsub() for role in ROLES}
for subscriber in heard.values():
    subscriber.psubscribe("trade.*")
    assert subscriber.get_message(timeout=5)["type"] == "psubscribe"
made = {}
for place, station in PLACES.items():
    made[place] = fresh()
    admin.execute_command("TRADE", "CREATE", station, THIRD, "water:1", "ID", made[place])
for role, subscriber in heard.items():
    said = ""
    while message := subscriber.get_message(timeout=1):
        said += str(message)
    for place, wanted in (("own", "y"), ("other", "y" if role == "admin" else "n")):
        found = "y" if f'trade/{made[place]}"' in said else "n"
        hold(f"PSUBSCRIBE trade.* by {role}, {place} station", found, wanted)

print(f"{checks} checks, {failures} failures")
sys.exit(1 if failures else 0)

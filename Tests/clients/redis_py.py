"""redis-py against a new server: commands, pipelines, pub/sub, streams.

PORT, 2 or 3, and for TLS the file of the authority.
"""
import json
import sys
import threading
import time

import redis

from checks import equal, expect

port, protocol = int(sys.argv[1]), int(sys.argv[2])
tls = {"ssl": True, "ssl_ca_certs": sys.argv[3]} if len(sys.argv) > 3 else {}
client = redis.Redis(port=port, protocol=protocol, decode_responses=True, **tls)


def run(line, on=client):
    return on.execute_command(*line.split())


equal(client.ping(), True)
equal(client.echo("x"), "x")
for line in ("STATION ADD mars", "STATION ADD ceres", "ITEM ADD water PRICE 2.00 CR",
             "INVENTORY ADD mars water 100000"):
    expect(json.loads(run(line))["seq"] > 0, line)
equal(run("INVENTORY LEVEL mars water"), 100000)
trade = json.loads(run("TRADE CREATE mars ceres water:5 ID t-1"))
equal((trade["total"], trade["status"]), ("10.00", "initiated"))
equal(json.loads(run("TRADE CREATE mars ceres water:5 ID t-1"))["replayed"], True)
equal(run("TRADE GET none"), None)
try:
    run("TRADE CREATE mars ceres water:9999999")
    raise SystemExit("sold what was not there")
except redis.ResponseError as error:
    expect(str(error).startswith("OUTOFSTOCK"), error)

# Pipelines: plain, and as MULTI and EXEC, which is redis-py's own default.
with client.pipeline(transaction=False) as pipe:
    for number in range(100):
        pipe.execute_command("TRADE", "CREATE", "mars", "ceres", "water:1", "ID", f"p-{number}")
    replies = pipe.execute()
seqs = [json.loads(reply)["seq"] for reply in replies]
equal(len(set(seqs)), 100)
equal(sorted(seqs), seqs)
with client.pipeline() as pipe:
    for number in range(3):
        pipe.execute_command("TRADE", "CREATE", "mars", "ceres", "water:1", "ID", f"m-{number}")
    equal([json.loads(reply)["id"] for reply in pipe.execute()], ["m-0", "m-1", "m-2"])
with client.pipeline() as pipe:
    pipe.execute_command("TRADE", "CREATE", "mars", "ceres", "water:1", "ID", "never")
    pipe.execute_command("TRADE", "CREATE", "mars", "ceres", "water:999999999", "ID", "more")
    try:
        pipe.execute()
        raise SystemExit("half a transaction")
    except redis.ResponseError as error:
        expect("OUTOFSTOCK" in str(error), error)
equal(run("TRADE GET never"), None)

# Publish and subscribe.
listener = client.pubsub()
listener.subscribe("trade.initiated")
listener.psubscribe("inventory.*")
equal(listener.get_message(timeout=5)["type"], "subscribe")
equal(listener.get_message(timeout=5)["type"], "psubscribe")
run("TRADE CREATE mars ceres water:1 ID heard")
run("INVENTORY ADD ceres water 7")
first, second = listener.get_message(timeout=5), listener.get_message(timeout=5)
equal((first["type"], first["channel"]), ("message", "trade.initiated"))
equal(json.loads(first["data"])["subject"], "trade/heard")
equal((second["type"], second["pattern"], second["channel"]),
      ("pmessage", "inventory.*", "inventory.added"))
listener.close()

# The log as a stream.
length = client.xlen("events")
expect(length > 100, length)
rows = client.xrange("events", "1-0", "+", count=5)
equal([row[0] for row in rows], [f"{n}-0" for n in range(1, 6)])
newest = client.xrevrange("events", count=1)[0][0]


def later():
    time.sleep(0.1)
    other = redis.Redis(port=port, protocol=protocol, **tls)
    other.execute_command("TRADE", "CREATE", "mars", "ceres", "water:1", "ID", "waited")


threading.Thread(target=later).start()
found = client.xread({"events": newest}, block=5000)
entries = found["events"][0] if isinstance(found, dict) else found[0][1]
equal(entries[0][1]["subject"], "trade/waited")
expect(not client.xread({"events": "$"}, block=50), "nothing new for 50 ms")

# Consumer groups.
equal(client.xgroup_create("events", "audit", id="0"), True)
try:
    client.xgroup_create("events", "audit", id="0")
    raise SystemExit("made twice")
except redis.ResponseError as error:
    expect(str(error).startswith("BUSYGROUP"), error)
read = client.xreadgroup("audit", "one", {"events": ">"}, count=10)
entries = read["events"][0] if isinstance(read, dict) else read[0][1]
equal(len(entries), 10)
ids = [entry[0] for entry in entries]
equal(client.xack("events", "audit", *ids[:4]), 4)
pending = client.xpending("events", "audit")
equal((pending["pending"], pending["min"], pending["max"]), (6, ids[4], ids[9]))
claimed = client.xclaim("events", "audit", "two", 0, ids[4:6])
equal([entry[0] for entry in claimed], ids[4:6])
rest = client.xpending_range("events", "audit", "-", "+", 10)
equal([(row["message_id"], row["consumer"]) for row in rest[:3]],
      [(ids[4], "two"), (ids[5], "two"), (ids[6], "one")])
equal(client.xautoclaim("events", "audit", "two", 0, count=100)[1][0][0], ids[4])
equal(client.xack("events", "audit", "999999-0"), 0)
equal(client.xinfo_groups("events")[0]["name"], "audit")
try:
    client.xadd("events", {"type": "forged"})
    raise SystemExit("wrote into the log")
except redis.exceptions.NoPermissionError:
    pass

# What libraries and tools ask on their own.
expect("redis_version" in client.info(), "INFO")
expect(client.client_id() > 0, "CLIENT ID")
equal(client.client_setname("audit"), True)
equal(client.client_getname(), "audit")
expect(client.command_count() > 50, "COMMAND COUNT")
expect(isinstance(client.config_get("maxclients"), dict), "CONFIG GET")
expect(client.time()[0] > 0, "TIME")
print("all good")

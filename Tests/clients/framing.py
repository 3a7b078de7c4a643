"""Requests that our parser has taken, read once more by h11: FILE, one JSON document a line.

What ours takes h11 must take too, and see the same request in the same bytes. Where the two differ
by intent there is a rule here, with its reason."""
import json
import sys

import h11

rules = {
    # RFC 9112, 2.2: a server should ignore an empty line before the request line; h11 does not.
    "blank": lambda data: data[2:] if data.startswith(b"\r\n") else data,
    # RFC 9112, 9.3: a server may keep a connection of HTTP/1.0 that asks for it; h11 never does.
    "old": lambda version, kept: kept and version == "1.0",
}


def read(data):
    """The request at the front of some bytes, its body, and how many bytes are left behind it."""
    link = h11.Connection(h11.SERVER)
    link.receive_data(data)
    request = link.next_event()
    if not isinstance(request, h11.Request):
        return None
    body = b""
    while True:
        event = link.next_event()
        if isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            kept = link.their_state is not h11.MUST_CLOSE
            # Where another protocol is asked for h11 leaves open what becomes of the connection.
            if link.their_state is h11.MIGHT_SWITCH_PROTOCOL:
                kept = None
            return request, body, len(link.trailing_data[0]), kept
        else:
            return None


def difference(case):
    data = bytes.fromhex(case["bytes"])
    try:
        found = read(rules["blank"](data))
    except h11.RemoteProtocolError as error:
        return f"h11 refuses it: {error}"
    if found is None:
        return "h11 waits for more"
    request, body, rest, kept = found
    target = request.target.decode()
    version = request.http_version.decode()
    fields = [[name.decode(), value.decode("utf-8", "replace")] for name, value in request.headers]
    theirs = {
        "method": request.method.decode(), "version": version, "fields": fields,
        "body": body.hex(), "end": len(data) - rest}
    for name, value in theirs.items():
        if case[name] != value:
            return f"{name}: {case[name]!r}, h11: {value!r}"
    if not (target == case["target"] or target.endswith(case["target"])):
        return f"target: {case['target']!r}, h11: {target!r}"
    if kept is not None and case["kept"] != kept and not rules["old"](version, case["kept"]):
        return f"kept: {case['kept']}, h11: {kept}"
    return None


count = 0
for line in open(sys.argv[1]):
    case = json.loads(line)
    count += 1
    if wrong := difference(case):
        raise SystemExit(f"{bytes.fromhex(case['bytes'])!r}: {wrong}")
print(f"{count} requests, all good")

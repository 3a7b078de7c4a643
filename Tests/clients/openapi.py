"""/openapi.json as a client's programmer takes it: a valid document, with examples that work.

openapi.py URL PASSWORD, against a new server: one line at the end, exit 0 if
- the document is valid OpenAPI 3.1, and every operation has what it should,
- every example of a parameter, body or reply fits its schema,
- the examples of bodies, sent in the order of a first day, do what they say, and then every GET
  with the examples of its parameters answers 200 with a document that its schema describes whole.
"""

import base64
import copy
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

import jsonschema_rs
import openapi_spec_validator

URL, PASSWORD = sys.argv[1:3]
failures, checks = [], 0
METHODS = ("get", "put", "post", "delete", "patch")


def expect(what, holds, found=None):
    global checks
    checks += 1
    if not holds:
        failures.append(f"{what}: {str(found)[:600]}" if found is not None else what)


def ask(method, target, body=None, media="application/json", accept="*/*"):
    request = urllib.request.Request(URL + target, method=method.upper())
    word = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    request.add_header("Authorization", "Basic " + word)
    request.add_header("Accept", accept)
    if body is not None:
        request.data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request.add_header("Content-Type", media)
    try:
        reply = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        reply = error
    text = reply.read()
    kind = reply.headers.get("Content-Type", "")
    return reply.status, reply.headers, json.loads(text) if "json" in kind else text.decode()


document = ask("GET", "/openapi.json")[2]
openapi_spec_validator.validate(document)
# As it is, and such that a member without a description is a fault.
whole = copy.deepcopy(document["components"])
for schema in whole["schemas"].values():
    if schema.get("properties"):
        schema.setdefault("additionalProperties", False)


def fit(what, schema, value, components=whole):
    rules = {**schema, "components": components}
    validator = jsonschema_rs.Draft202012Validator(rules, validate_formats=True)
    faults = [f"{'/'.join(map(str, e.instance_path))}: {e.message}" for e in validator.iter_errors(value)]
    expect(what, not faults, f"{faults[:3]} in {json.dumps(value)[:300]}")


def found(node):
    """What a reference names."""
    while "$ref" in node:
        place = document
        for part in node["$ref"].split("/")[1:]:
            place = place[part]
        node = place
    return node


def examples(media):
    if "example" in media:
        yield media["example"]
    for example in media.get("examples", {}).values():
        yield example["value"]


operations = [
    (method, path, operation) for path, methods in document["paths"].items()
    for method, operation in methods.items() if method in METHODS]

for method, path, operation in operations:
    name = f"{method.upper()} {path}"
    expect(f"{name}: summary, id, tag", all(operation.get(k) for k in ("summary", "operationId", "tags")))
    names = set()
    for parameter in map(found, operation.get("parameters", [])):
        names.add(parameter["name"])
        if "example" in parameter:
            fit(f"{name}: parameter {parameter['name']}", parameter["schema"], parameter["example"])
        else:
            common = ("after", "as_of", "dry_run")
            expect(f"{name}: {parameter['name']} has no example",
                   parameter["in"] == "header" or parameter["name"] in common)
    in_path = {part[1:-1] for part in path.split("/") if part.startswith("{")}
    expect(f"{name}: parameters of the path", in_path <= names, names)
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        there = list(examples(media))
        expect(f"{name}: {kind} has an example and a schema", there and media.get("schema"))
        for example in there:
            fit(f"{name}: example of {kind}", media["schema"], example)
    expect(f"{name}: a reply for refusals", "default" in operation["responses"])
    for status, response in operation["responses"].items():
        response = found(response)
        expect(f"{name}: {status} says what it is", response.get("description"))
        for header, described in response.get("headers", {}).items():
            described = found(described)
            fit(f"{name}: {status} {header}", described["schema"], described["example"])
        content = response.get("content", {})
        expect(f"{name}: {status} has a body", content or status in ("101", "204", "304"))
        for kind, media in content.items():
            there = list(examples(media))
            expect(f"{name}: {status} {kind} has an example and a schema", there and media.get("schema"))
            for example in there:
                fit(f"{name}: example of {status} {kind}", media["schema"], example)

# Which operations take what, by the contract.
for method, path, operation in operations:
    names = {found(parameter)["name"] for parameter in operation.get("parameters", [])}
    name = f"{method.upper()} {path}"
    if path.startswith("/api/") and method == "get" and "/updates/" not in path and path != "/api/session":
        expect(f"{name}: after, If-None-Match", {"after", "If-None-Match"} <= names, names)
        expect(f"{name}: Entrepot-Seq, ETag",
               {"Entrepot-Seq", "ETag"} <= set(operation["responses"]["200"]["headers"]))
    if path in ("/api/trades/{id}", "/api/cargo/{id}", "/api/inventory/{station}",
                "/api/inventory/{station}/{item}") and method == "get":
        expect(f"{name}: as_of", "as_of" in names, names)
    is_log_in = path.startswith(("/api/token", "/api/session"))
    if path.startswith("/api/") and method != "get" and not is_log_in and path != "/api/trades/quote":
        expect(f"{name}: Idempotency-Key, dry_run", {"Idempotency-Key", "dry_run"} <= names, names)
    if path.startswith("/api/") and method in ("put", "patch", "delete") and not is_log_in:
        expect(f"{name}: If-Match", "If-Match" in names, names)
    if "cursor" in names and "limit" in names and path.startswith("/api/") and "/updates/" not in path:
        expect(f"{name}: Link", "Link" in operation["responses"]["200"]["headers"])
    if "429" in operation["responses"]:
        expect(f"{name}: Retry-After", "Retry-After" in found(operation["responses"]["429"])["headers"])

# A first day, told by the examples.
known = {(method.upper(), path): operation for method, path, operation in operations}


def reply_schema(operation, status, kind="application/json"):
    response = found(operation["responses"].get(str(status), operation["responses"]["default"]))
    return response["content"][kind]["schema"]


def send(method, path, status, **changes):
    operation = known[method, path]
    target = path
    for parameter in map(found, operation.get("parameters", [])):
        if parameter["in"] == "path":
            target = target.replace("{%s}" % parameter["name"], parameter["example"])
    kind, media = next(iter(operation["requestBody"]["content"].items()))
    body = {**next(examples(media)), **changes}
    got, _, reply = ask(method, target, {k: v for k, v in body.items() if v is not None}, kind)
    expect(f"{method} {target} {body}", got == status, (got, reply))
    if got == status and got != 204:
        fit(f"{method} {target}: its reply", reply_schema(operation, got), reply)
    return reply


send("POST", "/api/stations", 201)
send("POST", "/api/stations", 201, id="mars-2", name="Mars Two", position={"x": 3, "y": 4, "z": 0})
send("POST", "/api/items", 201)
send("POST", "/api/ships", 201)
send("POST", "/api/currencies", 201)
send("POST", "/api/rates", 201)
send("POST", "/api/inventory/{station}/{item}", 200)
send("POST", "/api/trades/quote", 200)
send("POST", "/api/trades", 201)
send("POST", "/api/trades/{id}/pay", 200)
send("POST", "/api/cargo", 201)
send("POST", "/api/cargo/{id}/dispatch", 200)
send("PUT", "/api/cargo/update/{id}", 200)
send("POST", "/api/cargo/{id}/track", 200)
send("POST", "/api/cargo/{id}/hold", 200)
send("POST", "/api/cargo/{id}/resume", 200)
send("POST", "/api/cargo/{id}/eta", 200)
send("PATCH", "/api/stations/{id}", 200)
send("PATCH", "/api/items/{id}", 200)
send("POST", "/admin/users", 201)
send("PATCH", "/admin/users/{name}", 200)
send("POST", "/admin/users/{name}/password", 200)
send("POST", "/admin/tokens", 201)
send("POST", "/admin/plugins", 201)
send("POST", "/admin/plugins/{name}/mode", 200)
send("POST", "/admin/plugins/{name}/test", 200)
send("POST", "/admin/plugins/{name}/backtest", 200)
send("POST", "/admin/channels", 201, kind="log", url=None)
send("POST", "/admin/channels/{id}/routes", 200)
send("PATCH", "/admin/config", 200)
send("PUT", "/admin/log-level", 200)
send("POST", "/admin/audit", 202)
send("POST", "/api/token", 200, username="admin", password=PASSWORD)

# Every GET.
SPECIAL = {"/api/session": 401, "/api/updates/ws": 426}
for method, path, operation in operations:
    if method != "get":
        continue
    target, query = path, []
    for parameter in map(found, operation.get("parameters", [])):
        if "example" not in parameter:
            continue
        if parameter["in"] == "path":
            target = target.replace("{%s}" % parameter["name"], parameter["example"])
        # A cursor is of its own store; the JSON form of the feed takes no types.
        elif parameter["name"] not in ("cursor", "types", "stations"):
            value = parameter["example"]
            query.append((parameter["name"], str(value).lower() if isinstance(value, bool) else value))
    target += "?" + urllib.parse.urlencode(query) if query else ""
    accept = "application/json" if path == "/api/updates/real-time" else "*/*"
    status, headers, reply = ask("GET", target, accept=accept)
    expect(f"GET {target}", status == SPECIAL.get(path, 200), (status, reply))
    if status != 200:
        continue
    described = operation["responses"]["200"]
    for name, header in described.get("headers", {}).items():
        if found(header).get("required"):
            expect(f"GET {target}: {name}", headers.get(name) is not None)
    kind = headers["Content-Type"].split(";")[0]
    expect(f"GET {target}: {kind} is described", kind in described["content"], described["content"].keys())
    if kind in described["content"]:
        fit(f"GET {target}: its reply", described["content"][kind]["schema"], reply)

for failure in failures:
    print("failed:", failure)
print(f"{len(operations)} operations, {checks} checks, {len(failures)} failures")
sys.exit(1 if failures else 0)

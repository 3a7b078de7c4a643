"""Hooks for schemathesis (SCHEMATHESIS_HOOKS); random_requests.toml is its configuration.

Every operation of /openapi.json is asked with all checks. What is here keeps the run on this machine
and alive, makes the checks of replies stricter, and names the refusals that no schema can say.
"""

import itertools

import schemathesis
from schemathesis.core.failures import ServerError
from schemathesis.openapi.checks import IgnoredAuth, RejectedPositiveData

# Who asks: a request at random shall not lock itself out.
OWN = "admin"
turns = itertools.count()


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """A member of a reply that is not described is a fault."""
    for schema in raw_schema["components"]["schemas"].values():
        if schema.get("type") == "object" and schema.get("properties"):
            schema.setdefault("additionalProperties", False)


@schemathesis.hook
def before_call(context, case, kwargs):
    path, query, body = case.operation.path, case.query or {}, case.body
    # An event that is not there yet is waited for, 5 seconds each: tested elsewhere.
    after = str(query.get("after", ""))
    if after.isdigit() and 1 < int(after) < 2**53:
        query["after"] = 1
    # A tag at random fits no record: every other write goes without.
    if case.headers and next(turns) % 2:
        case.headers.pop("If-Match", None)
    # Streams and documents in turn.
    if path == "/api/updates/real-time" and next(turns) % 2:
        case.headers = {**(case.headers or {}), "Accept": "application/json"}
    if path.startswith("/admin/users/{name}") and case.path_parameters.get("name") == OWN:
        case.path_parameters["name"] = "ada"
    # No notice leaves this machine: webhooks to loopback are refused when they are sent.
    if path.startswith("/admin/channels") and isinstance(body, dict):
        url = body.get("url")
        if isinstance(url, str) and url.startswith(("http://", "https://")):
            body["url"] = "http://127.0.0.1:9/"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """What no schema can say is no fault of the schema."""
    if isinstance(failure, IgnoredAuth):
        # Wrong passwords by the dozen have to wait: refused all the same.
        return "429 Too Many Requests" not in failure.message
    if isinstance(failure, ServerError) and case.operation.path.endswith("/backtest"):
        # Two back-tests run at a time: a third is told to come again.
        waits = any(name.lower() == "retry-after" for name in response.headers)
        return not (response.status_code == 503 and response.json()["code"] == "BUSY" and waits)
    if not isinstance(failure, RejectedPositiveData):
        return True
    path, status, problem = case.operation.path, response.status_code, response.json()
    code, faults = problem["code"], problem.get("errors", [])
    names = {fault.get("parameter", fault.get("pointer")) for fault in faults}
    query = case.query or {}
    return not (
        # If-Match with the tag of another version.
        status == 412
        # A price with more digits than its currency has, an arrival in the past, a moment to come,
        # a pattern of no type: such a refusal names no field, unlike one of the schema's own.
        or (status == 422 and code == "RANGE" and not faults)
        # What the rules and the request's own max_total make of a price.
        or (status == 422 and code in ("NOPRICE", "REJECTED"))
        # A key that came with another body before.
        or (status == 422 and code == "CONFLICT" and names == {"Idempotency-Key"})
        # A text that is no rule; a setting that is none, or cannot change.
        or (status == 422 and code == "ERR" and names in ({"/source"}, {"/settings"}))
        # Parameters that need each other, or are two names of one.
        or (status == 400 and names == {"station"} and "role" in query)
        or (status == 400 and faults and faults[0]["detail"].endswith("in the other order"))
        or (status == 400 and path == "/api/updates/real-time" and "station" in query)
        # An option of channels of another kind; a pattern that fits no type of event.
        or (status == 400 and path.startswith("/admin/channels/{id}") and not faults)
        # What schemathesis sends is no handshake of a WebSocket.
        or (status == 426 and path == "/api/updates/ws")
    )

"""Hooks for schemathesis (SCHEMATHESIS_HOOKS)."""

import schemathesis


@schemathesis.hook
def after_call(context, case, response):
    """What no schema can say is no fault of the schema: a price with more digits than its currency
    has, an arrival in the past. Such a refusal names no field of the body, unlike one of the
    schema's own, and counts as one by the state of the store."""
    if response.status_code != 422:
        return
    problem = response.json()
    if problem["code"] in ("RANGE", "NOPRICE", "REJECTED") and "errors" not in problem:
        response.status_code = 409

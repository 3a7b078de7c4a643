"""What the scenarios of real clients share: checks that end the program with a reason, and a server."""
import atexit
import json
import os
import re
import subprocess
import time


def expect(condition, what):
    if not condition:
        raise SystemExit(f"not so: {what}")


def equal(found, expected, what=""):
    if found != expected:
        raise SystemExit(f"{what and what + ': '}{found!r} is not {expected!r}")


def eventually(condition, what, seconds):
    """What the condition gives as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise SystemExit(f"not within {seconds} s: {what}")


def serve(binary, folder, *flags, http="off", password=None, seconds):
    """Starts the program on the folder's data: the process and the ports of TCP and HTTP."""
    log = open(f"{folder}/server.log", "ab+")
    at = log.seek(0, os.SEEK_END)
    env = {**os.environ, "ENTREPOT_ADMIN_PASSWORD": password} if password else None
    process = subprocess.Popen(
        [binary, "serve", "--data", f"{folder}/data", "--tcp", "127.0.0.1:0", "--http", http,
         "--plugins", f"{folder}/plugins", *flags], stdout=log, stderr=log, env=env)
    atexit.register(process.kill)

    def ports():
        with open(f"{folder}/server.log") as text:
            if process.poll() is not None:
                raise SystemExit(text.read())
            text.seek(at)
            return re.search(
                r"listening tcp=127\.0\.0\.1:(\d+) http=(?:127\.0\.0\.1:(\d+)|off)", text.read())

    found = eventually(ports, "the server serves", seconds)
    return process, int(found[1]), int(found[2] or 0)


def document(reply):
    """A reply as JSON, where it is some."""
    try:
        return json.loads(reply)
    except (TypeError, ValueError):
        return reply

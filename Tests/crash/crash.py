"""Kills the server while writers trade, starts it again, and asks whether anything is amiss.

A round: start, 16 writers, death at a random moment, perhaps deaths during the start that follows,
start, and the checks of `checks.py`. Half of the deaths are power cuts (see `power.py`).
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import checks
import power
from server import Client, Lost, Refused, Server, is_error
from writers import Journal, Writer, seed


class Run:
    """The whole run: one data directory, a journal for each writer and round."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.random = random.Random(options.seed)
        self.data, self.log = os.path.join(folder, "data"), os.path.join(folder, "server.log")
        self.sync_journal = os.path.join(folder, "sync.journal")
        library = power.build(os.path.join(folder, "power.so"))
        self.environment = power.environment(library, self.sync_journal, self.data)
        self.findings, self.events = checks.Findings(), checks.Log()
        self.supply, self.recent, self.histories, self.clean = {}, [], [], False
        self.counts = dict.fromkeys(
            ("rounds", "kills", "cuts", "terminations", "recoveries", "acked", "unknown",
             "refused", "bytes cut"), 0)
        self.slowest = 0.0
        # Under a relaxed policy the death of the process loses nothing, a power cut may.
        self.power = options.fsync == "always"
        self.can_verify = subprocess.run(
            [options.binary, "verify", "--help"], capture_output=True).returncode == 0

    # Lives and deaths.

    def start(self):
        server = Server(self.options.binary, self.data, self.log, self.options.fsync,
                        self.environment)
        self.slowest = max(self.slowest, server.ready())
        if self.slowest > 10:
            self.findings.add(f"a start took {self.slowest:.1f} s")
        return server

    def die(self, server, cut):
        server.kill()
        self.clean = server.process.returncode == 0
        if cut:
            self.counts["cuts"] += 1
            self.counts["bytes cut"] += power.cut(self.data, self.sync_journal, self.random)

    def draw_cut(self):
        return self.options.control or self.power and self.random.random() < 0.5

    def end(self, server):
        """One way to die, drawn for this round."""
        way = self.random.random()
        cut = self.draw_cut()
        time.sleep(self.random.uniform(0.005, 0.5))
        if way < 0.15 and not self.options.control:
            # In the middle of a stop in good order.
            self.counts["terminations"] += 1
            server.process.terminate()
            time.sleep(self.random.uniform(0, 0.03))
        self.counts["kills"] += 1
        self.die(server, cut)

    def interrupt_recovery(self):
        """Deaths during the start, up to five in a row."""
        for _ in range(self.random.randint(1, 5)):
            self.counts["recoveries"] += 1
            server = Server(self.options.binary, self.data, self.log, self.options.fsync,
                            self.environment)
            time.sleep(self.random.uniform(0.001, 0.05))
            self.die(server, self.draw_cut())

    def make_market(self):
        """What a stop in good order has said is on disk stays, whatever the policy."""
        server = self.start()
        client = Client(server.address)
        self.supply = seed(client)
        self.check_history(client)
        client.close()
        server.process.terminate()
        if server.process.wait(30):
            self.findings.add(f"a stop in good order ended with {server.process.returncode}")
        self.die(server, True)

    # A round.

    def round(self, number):
        if self.options.control:
            # What the last round lost would be missed again in this one.
            shutil.rmtree(self.data, ignore_errors=True)
            self.events, self.histories, self.recent = checks.Log(), [], []
        if number == 0 or self.options.control:
            self.make_market()
        server = self.start()
        client = Client(server.address)
        self.check_history(client)
        client.close()
        folder = os.path.join(self.folder, "journals", str(number))
        os.makedirs(folder)
        writers = [Writer(f"{number}-{n}", server.address, os.path.join(folder, str(n)),
                          random.Random(self.random.random()))
                   for n in range(self.options.writers)]
        for writer in writers:
            writer.start()
        self.end(server)
        for writer in writers:
            writer.join(30)
            if writer.problem:
                self.findings.add(writer.problem)
        if self.random.random() < 0.3:
            self.interrupt_recovery()
        server = self.start()
        try:
            self.check(server, number, sorted(os.listdir(folder)), folder)
        except Lost as error:
            self.findings.add(f"round {number}: {error}; {self.look(server)}")
        finally:
            self.die(server, False)
        self.counts["rounds"] += 1

    def look(self, server):
        """Where a server stands that does not answer: the stacks of its threads, kept in a file."""
        if server.process.poll() is not None:
            return f"exit {server.process.returncode}: {server.tail()}"
        path = os.path.join(self.folder, "stacks.txt")
        if shutil.which("gdb"):
            with open(path, "w") as output:
                subprocess.run(["gdb", "-p", str(server.process.pid), "-batch", "-ex",
                                "thread apply all bt 30"], stdout=output, stderr=output)
        return f"the server does not answer; its stacks: {path}"

    def check(self, server, number, names, folder):
        client = Client(server.address)
        self.check_history(client)
        self.events.follow(client, self.findings)
        repeated = []
        for name in names:
            operations = Journal.read(os.path.join(folder, name))
            repeated.append((operations, checks.repeat_all(client, operations, self.findings)))
        if self.options.control and self.findings.lost:
            return
        self.events.follow(client, self.findings)
        for operations, settled in repeated:
            self.settle(operations, settled)
        whole = number % self.options.every == self.options.every - 1
        last = number == self.options.rounds - 1
        checks.check_stock(client, self.supply, self.findings, whole or last)
        if whole or last:
            self.check_recent(client)
            audit = client.call("AUDIT")
            if is_error(audit) and "cannot audit" not in audit or '"ok":false' in str(audit):
                self.findings.add(f"AUDIT: {audit}")
        client.close()
        if whole or last:
            self.verify(server)

    def settle(self, operations, settled):
        """Counts, and books what came in and went out."""
        for operation in operations:
            reply = settled.get(operation["op"])
            if operation["acked"] is not None:
                self.counts["acked"] += 1
            elif operation["replies"]:
                self.counts["refused"] += 1
            else:
                self.counts["unknown"] += 1
            if reply is None or checks.refused(reply):
                continue
            for item, quantity in operation["supply"].items():
                self.supply[item] += quantity
            for record in reply if isinstance(reply, list) else [reply]:
                self.events.has(record, self.findings)
            if len(self.recent) < 20_000:
                self.recent.append((operation, reply))

    def check_recent(self, client):
        """A sample of what earlier rounds settled still says the same."""
        sample = self.random.sample(self.recent, min(len(self.recent), 2000))
        replies = iter(client.pipeline([w for o, _ in sample for w in o["commands"]]))
        for operation, expected in sample:
            reply = [next(replies) for _ in operation["commands"]][-1]
            if checks.original(reply) != expected or not checks.was_repeat(reply):
                self.findings.lose(f"{operation['op']}: was {expected}, is {reply}")

    def check_history(self, client):
        """The same history for ever under `always`; under a relaxed policy a new one behind each
        unclean stop, for replies may have named events that are gone."""
        info = dict(line.split(":", 1) for line in client.call("INFO").splitlines() if ":" in line)
        history = info["history"]
        before = self.histories[-1] if self.histories else history
        if history != before and (self.options.fsync == "always" or self.clean):
            self.findings.add(f"the history changed to {history}, though all was on disk")
        elif history in self.histories and self.options.fsync != "always" and not self.clean:
            self.findings.add(f"history {history} went on behind an unclean stop")
        self.histories.append(history)

    def verify(self, server):
        self.die(server, False)
        if not self.can_verify:
            return
        done = subprocess.run([self.options.binary, "verify", "--data", self.data],
                              capture_output=True, text=True)
        if done.returncode:
            self.findings.add(f"verify: {(done.stdout + done.stderr).strip()[-1500:]}")

    def go(self):
        for number in range(self.options.rounds):
            try:
                self.round(number)
            except Refused as error:
                self.findings.add(f"the server refused to start: {error}")
            if self.findings and not (self.options.control and self.findings.only_losses):
                print(f"round {number}:", *(f[:700] for f in self.findings[:10]), sep="\n  ", file=sys.stderr)
                break
            if sys.stderr.isatty():
                print(f"\r{number + 1} rounds, {self.counts['acked']} acknowledged", end="",
                      file=sys.stderr)


def options_of(words):
    parser = argparse.ArgumentParser(prog="scripts/crash", allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--fsync", default="always")
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--binary", required=True)
    options = parser.parse_args(words)
    if options.control:
        options.fsync = "off"
    return options


def summary(run, seconds):
    counts = run.counts
    return (f"{counts['rounds']} rounds in {seconds:.0f} s, seed {run.options.seed}, "
            f"fsync {run.options.fsync}: {counts['kills']} kills, {counts['cuts']} power cuts "
            f"({counts['bytes cut'] >> 10} KiB gone), {counts['terminations']} during a stop, "
            f"{counts['recoveries']} during a start; {counts['acked']} acknowledged, "
            f"{counts['unknown']} unknown, {counts['refused']} refused; {run.events.last} events; "
            f"slowest start {run.slowest:.2f} s; "
            + ("verify clean" if run.can_verify and not run.findings else "no verify")
            + f"; {run.findings.lost} acknowledged lost, {len(run.findings)} findings")


def main():
    options = options_of(sys.argv[1:])
    folder = tempfile.mkdtemp(prefix="entrepot-crash.")
    print(f"seed {options.seed}", file=sys.stderr)
    run, started = Run(options, folder), time.monotonic()
    try:
        run.go()
    finally:
        failed = bool(run.findings)
        if options.control:
            failed = run.findings.lost == 0 or not run.findings.only_losses
        if options.keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(summary(run, time.monotonic() - started))
    if options.control:
        print("the control loses acknowledged writes, as it must: the checks see a loss"
              if not failed else "THE CONTROL IS NOT AS IT MUST BE: these checks prove nothing")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Processes, their cost, and what the machine is: shared by the drivers of the peers."""
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


def run(command, **options):
    """The output of a command; an error with the end of what it said where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} exited {done.returncode}: {done.stdout[-400:]} {done.stderr[-600:]}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def die_with_parent():
    """In the child: PR_SET_PDEATHSIG, so that no server outlives a killed driver."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Server:
    """A server process, its output in a file; `ready` is asked until it answers without an error."""

    def __init__(self, command, log, ready, stop_signal=signal.SIGTERM, env=None, cwd=None):
        self.log, self.stop_signal = log, stop_signal
        with open(log, "w") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT,
                                            stdin=subprocess.DEVNULL, env=env, cwd=cwd,
                                            preexec_fn=die_with_parent)
        self.pid = self.process.pid
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended: {self.tail()}")
            try:
                ready()
                return
            except (OSError, RuntimeError):
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{command[0]} is not ready after 30 s: {self.tail()}")

    def tail(self):
        with open(self.log) as text:
            return text.read()[-800:]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def cpu(self):
        """CPU seconds of the process and its descendants, reaped ones included."""
        ticks = 0
        for pid in self.tree():
            try:
                with open(f"/proc/{pid}/stat") as stat:
                    text = stat.read()
                ticks += sum(map(int, text[text.rindex(")") + 2:].split()[11:15]))
            except OSError:
                pass
        return ticks / TICK

    def memory(self):
        """Proportional resident MiB of the process tree."""
        total = 0
        for pid in self.tree():
            try:
                with open(f"/proc/{pid}/smaps_rollup") as rollup:
                    total += int(re.search(r"^Pss:\s+(\d+)", rollup.read(), re.M)[1])
            except (OSError, TypeError):
                pass
        return total / 1024

    def tree(self):
        children = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat") as stat:
                        text = stat.read()
                    parent = int(text[text.rindex(")") + 2:].split()[1])
                    children.setdefault(parent, []).append(int(name))
                except (OSError, ValueError):
                    pass
        found, waiting = [], [self.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += children.get(pid, [])
        return found

    def library(self, name):
        """The file of a library as the process has it mapped."""
        with open(f"/proc/{self.pid}/maps") as maps:
            return next((line.split()[-1] for line in maps if name in line), None)


def busy():
    """CPU seconds that the whole machine has worked."""
    with open("/proc/stat") as stat:
        values = list(map(int, stat.readline().split()[1:9]))
    return (sum(values) - values[3] - values[4]) / TICK


def fsync_probe(folder, seconds=0.3):
    """Median ms of a 1 KiB append and its fdatasync: how fast the disk is at this moment."""
    path, times = os.path.join(folder, "probe"), []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = time.monotonic()
        os.write(descriptor, b"x" * 1024)
        os.fdatasync(descriptor)
        times.append(time.monotonic() - before)
    os.close(descriptor)
    os.unlink(path)
    return sorted(times)[len(times) // 2] * 1e3


def folder_bytes(folder):
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.path.getsize(os.path.join(place, name))
            except OSError:
                pass
    return total


def fresh(folder, owner=None):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    if owner:
        shutil.chown(folder, owner, owner)
    return folder


def describe(folder):
    """What a reader must know of the machine to compare figures."""
    with open("/proc/cpuinfo") as info:
        model = re.search(r"model name\s*:\s*(.*)", info.read())
    with open("/proc/meminfo") as info:
        memory = int(re.search(r"MemTotal:\s+(\d+)", info.read())[1]) / 1048576
    release = {}
    with open("/etc/os-release") as text:
        for line in text:
            key, _, value = line.strip().partition("=")
            release[key] = value.strip('"')
    disk = run(["findmnt", "-n", "-o", "FSTYPE", "-T", folder]).strip()
    return {"processor": model[1] if model else "unknown", "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(memory, 1), "system": release.get("PRETTY_NAME", "unknown"),
            "kernel": os.uname().release, "filesystem": disk, "fsync_ms": round(fsync_probe(folder), 3)}

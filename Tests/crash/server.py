"""The server under test: start, death, memory; and a small RESP client that keeps exact replies."""
import ctypes
import os
import select
import signal
import socket
import subprocess
import time


class Lost(Exception):
    """The connection ended: the outcome of what was not answered is unknown."""


class Refused(Exception):
    """The server did not start, or not in time; the text is what it said."""


def own_environment():
    """The variables of this process without those that would configure the server."""
    return {k: v for k, v in os.environ.items() if not k.startswith("ENTREPOT_")}


class Server:
    """One process of `entrepot serve` on a data directory."""

    def __init__(self, binary, data, log, fsync="always", environment=None, arguments=()):
        self.data, self.log, self.address = data, log, None
        self.started = time.monotonic()
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                [binary, "serve", "--data", data, "--tcp", "127.0.0.1:0", "--http", "off",
                 "--fsync", fsync, *arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output,
                env={**own_environment(), **(environment or {})}, cwd=os.path.dirname(data),
                preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL))

    def ready(self, seconds=30):
        """Waits for the line that says where it listens. Returns the seconds since the start."""
        text, end = b"", self.started + seconds
        while b"\n" not in text:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise Refused(f"not ready after {seconds} s: {self.tail()}")
            chunk = os.read(self.process.stdout.fileno(), 4096)
            if not chunk:
                self.process.wait()
                raise Refused(f"exit {self.process.returncode}: {self.tail()}")
            text += chunk
        word = next(w for w in text.decode().split() if w.startswith("tcp="))
        host, _, port = word[4:].rpartition(":")
        self.address = (host, int(port))
        return time.monotonic() - self.started

    def tail(self):
        with open(self.log, "rb") as text:
            return text.read()[-1500:].decode("utf-8", "replace")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self, seconds=30):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.kill()

    def kibibytes(self, field="VmRSS", file="status"):
        """Memory of the process: VmRSS or VmHWM of status, Pss of smaps_rollup."""
        with open(f"/proc/{self.process.pid}/{file}") as lines:
            for line in lines:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        return 0


class Client:
    """RESP2 over one socket. Replies: str (bulk, simple), int, None, list, and "-CODE …" errors."""

    def __init__(self, address, seconds=30):
        self.socket = socket.create_connection(address, seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.place = b"", 0

    def close(self):
        self.socket.close()

    def send(self, commands):
        """Sends commands (lists of words) in one piece."""
        parts = []
        for words in commands:
            parts.append(b"*%d\r\n" % len(words))
            for word in words:
                data = word if isinstance(word, bytes) else str(word).encode()
                parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
        try:
            self.socket.sendall(b"".join(parts))
        except OSError as error:
            raise Lost(str(error)) from None

    def call(self, *words):
        self.send([words])
        return self.reply()

    def pipeline(self, commands, window=1000):
        """All replies of many commands, `window` of them under way at a time."""
        replies = []
        for first in range(0, len(commands), window):
            part = commands[first:first + window]
            self.send(part)
            replies += [self.reply() for _ in part]
        return replies

    def _fill(self):
        try:
            chunk = self.socket.recv(262144)
        except OSError as error:
            raise Lost(str(error)) from None
        if not chunk:
            raise Lost("closed")
        self.buffer = self.buffer[self.place:] + chunk
        self.place = 0

    def _line(self):
        while True:
            end = self.buffer.find(b"\r\n", self.place)
            if end >= 0:
                line, self.place = self.buffer[self.place:end], end + 2
                return line
            self._fill()

    def reply(self):
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return "-" + rest.decode()
        if kind == b":":
            return int(rest)
        if kind == b"$":
            size = int(rest)
            if size < 0:
                return None
            while len(self.buffer) - self.place < size + 2:
                self._fill()
            data = self.buffer[self.place:self.place + size]
            self.place += size + 2
            return data.decode()
        if kind == b"*":
            count = int(rest)
            return None if count < 0 else [self.reply() for _ in range(count)]
        raise ValueError(f"not a reply: {line[:80]!r}")


def is_error(reply):
    return isinstance(reply, str) and reply.startswith("-")

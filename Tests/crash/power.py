"""The power cut: files go back to what was on disk at their last fsync (see power.c)."""
import os
import subprocess


def build(target):
    """Compiles the preloaded library."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "power.c")
    subprocess.run(["gcc", "-O2", "-std=c11", "-Wall", "-shared", "-fPIC", source, "-o", target,
                    "-ldl"], check=True)
    return target


def environment(library, journal, folder):
    return {"LD_PRELOAD": library, "POWER_CUT_JOURNAL": journal,
            "POWER_CUT_FOLDER": os.path.realpath(folder)}


def _synced(journal):
    """inode -> (size, content or None) at its last fsync."""
    files = {}
    if not os.path.exists(journal):
        return files
    with open(journal, encoding="ascii") as lines:
        for line in lines:
            kind, inode, *rest = line.rstrip("\n").split(" ")
            if kind == "U":
                files.pop(inode, None)
                continue
            size = int(rest[0])
            held = bytes.fromhex(rest[1]) if len(rest) > 1 and len(rest[1]) == 2 * size else None
            files[inode] = (size, held)
    return files


def cut(folder, journal, random):
    """Takes what was never synced from every file below `folder`; the process must be dead.

    A disk may have kept more than it was asked to: half of the files keep a part of the rest.
    Names stay as they are. Returns the number of bytes that went.
    """
    files, lost = _synced(journal), 0
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            stat = os.lstat(path)
            if not os.path.isfile(path) or os.path.islink(path):
                continue
            size, held = files.get(str(stat.st_ino), (0, b""))
            if held is not None and size:
                with open(path, "r+b") as file:
                    if file.read() != held:
                        file.seek(0)
                        file.write(held)
                        file.truncate(size)
                continue
            if stat.st_size > size:
                keep = size
                if random.random() < 0.5:
                    keep = random.randint(size, stat.st_size)
                lost += stat.st_size - keep
                os.truncate(path, keep)
    return lost

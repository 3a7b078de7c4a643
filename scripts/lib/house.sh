# Shared by the scripts of this folder; to be sourced, never run.
# Sets `root` (the repository) and goes there, so that every script runs from any directory.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

# say TEXT...: a line for the person at the terminal; scripts and pipes see nothing.
say() { if [ -t 2 ]; then printf '%s\n' "$*" >&2; fi; }

# die TEXT...: why the script cannot go on.
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# usage FILE: prints the comment block at the top of FILE (the text after the #! line).
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$1"; }

# as_root COMMAND...: runs it as root, through sudo where necessary.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# need_packages NAME...: installs what dpkg does not know yet. With nothing missing it touches
# neither the network nor the package lists. No service of a package is started.
need_packages() {
    local name rule=/usr/sbin/policy-rc.d made=
    local missing=()
    for name in "$@"; do
        dpkg -s "$name" 2>/dev/null | grep -q '^Status: install ok installed' || missing+=("$name")
    done
    [ ${#missing[@]} = 0 ] && return 0
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null \
        || die "missing packages: ${missing[*]}; install them as root (apt-get install ${missing[*]})"
    say "installing ${missing[*]}"
    if [ ! -e $rule ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee $rule >/dev/null
        as_root chmod +x $rule
        made=1
    fi
    local status=0
    { as_root apt-get -qq -o DPkg::Lock::Timeout=300 update \
        && as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
            install -y --no-install-recommends "${missing[@]}"; } >&2 || status=$?
    [ -z "$made" ] || as_root rm -f $rule
    [ $status = 0 ] || die "could not install: ${missing[*]}"
}

# need_swift: a toolchain of 6.3 or later is on the path.
need_swift() {
    command -v swift >/dev/null || die "no swift on the path: install Swift 6.3 (swift.org/install)"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p')
    [ -n "$version" ] && [ "$(printf '6.3\n%s\n' "$version" | sort -V | head -1)" = 6.3 ] \
        || die "Swift 6.3 or later is needed, this is ${version:-unknown}"
}

build_packages="librocksdb-dev liblua5.4-dev libssl-dev libcurl4-openssl-dev libargon2-dev libwslay-dev zlib1g-dev pkg-config"

# build_release: .build/release/entrepot; the compiler's lines only at a terminal or on failure.
build_release() {
    if [ -t 2 ]; then
        swift build -c release --product entrepot >&2
    else
        local log status=0
        log=$(mktemp)
        swift build -c release --product entrepot >"$log" 2>&1 || status=$?
        [ $status = 0 ] || cat "$log" >&2
        rm -f "$log"
        [ $status = 0 ] || die "the build failed"
    fi
}

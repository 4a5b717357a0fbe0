# SPDX-License-Identifier: MIT OR Apache-2.0
# Shared by the lab's host side: the cache, messages, and packages from the machine's own apt
# configuration. Sourced; the caller sets LAB, the folder of the lab.

CACHE=${SWDEVCTL_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/swdevctl-lab}
mkdir -p "$CACHE"

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Runs a command quietly; its output is shown only when it fails.
quiet() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        say "failed: $*"
        return 1
    fi
    rm -f "$log"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# need COMMAND:PACKAGE...: installs the packages whose command or file is absent.
need() {
    local pair missing=()
    for pair in "$@"; do
        case ${pair%%:*} in
            /*) [ -e "${pair%%:*}" ] ;;
            *) PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null ;;
        esac || missing+=("${pair#*:}")
    done
    [ ${#missing[@]} = 0 ] && return
    say "installing ${missing[*]}"
    apt_lists
    quiet as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"
}

# Updates the package lists, at most once a run.
apt_lists() {
    [ -n "${APT_LISTS_READ:-}" ] && return
    quiet as_root apt-get update
    APT_LISTS_READ=1
}

# The first Debian mirror that the machine's own apt configuration names.
debian_mirror() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null |
        grep -E '/debian/?$' | head -n 1
}

# with_lock NAME COMMAND...: runs a command while no other lab holds the lock NAME.
with_lock() {
    exec 9>"$CACHE/$1.lock"
    flock 9
    "${@:2}"
    exec 9>&-
}

# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Fresh Debian systems in folders, from the machine's own apt configuration. Sourced.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LAB=$TOP/tests/lab
# shellcheck source=tests/lab/lib/common.sh
. "$LAB/lib/common.sh"

# sources SUITE: prints the lines of a sources.list: the suite, its updates and its fixes.
sources() {
    local mirror security
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || die "the machine's apt configuration names no Debian mirror"
    # shellcheck disable=SC2016
    security=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' |
        grep -E '/debian-security/?$' | head -n 1)
    echo "deb $mirror $1 main"
    echo "deb $mirror $1-updates main"
    [ -z "$security" ] || echo "deb $security $1-security main"
}

# fresh SUITE ARCHITECTURE FOLDER: makes a minimal system with sudo and the certificates that
# this machine trusts.
fresh() {
    need mmdebstrap:mmdebstrap arch-test:arch-test
    as_root rm -rf "$3"
    mkdir -p "$(dirname "$3")"
    say "a fresh Debian $1 for $2"
    apt-config dump | grep -E '^Acquire::Check-' >"$3.conf" || true
    sources "$1" | quiet as_root mmdebstrap --variant=minbase --architectures="$2" \
        --aptopt="$3.conf" --include=sudo,ca-certificates "$1" "$3" -
    as_root cp /etc/resolv.conf "$3/etc/"
    as_root cp "$3.conf" "$3/etc/apt/apt.conf.d/90fresh"
    echo 'APT::Get::Assume-Yes "true"; APT::Install-Recommends "false"; quiet "1";' |
        as_root tee -a "$3/etc/apt/apt.conf.d/90fresh" >/dev/null
    as_root cp -r /usr/local/share/ca-certificates "$3/usr/local/share/"
    quiet inside "$3" update-ca-certificates
    rm "$3.conf"
}

# inside FOLDER COMMAND...: runs a command in the system, as root; what it starts ends with it.
inside() {
    # shellcheck disable=SC2016
    as_root unshare --mount --pid --fork --kill-child sh -c '
        root=$1; shift
        mount --make-rprivate /
        mount -t proc proc "$root/proc"
        mount -t sysfs -o ro sys "$root/sys"
        mount -t tmpfs -o mode=755 run "$root/run"
        for node in null zero full random urandom; do
            touch "$root/dev/$node" && mount --bind "/dev/$node" "$root/dev/$node"
        done
        exec chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"' sh "$@"
}

# block HEADING N: prints the Nth block of code below a heading of README.md.
block() {
    awk -v heading="## $1" -v wanted="$2" '
        /^## / { here = $0 == heading; next }
        here && /^```/ { count++; next }
        here && count == 2 * wanted - 1' "$TOP/README.md"
}

check() { "$@" || die "does not hold: $*"; }

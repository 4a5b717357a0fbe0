# SPDX-License-Identifier: MIT OR Apache-2.0
# A kernel from another Debian suite than the machine's own. Its packages are fetched and its
# modules built in a root of that suite, because its headers need the suite's compiler.
# Sourced where needed.

suite_root() { echo "$CACHE/suite-$(suite_of "$1")"; }

# in_suite SERIES COMMAND...: runs a command in the suite's root, with a /proc, which the
# kernel's objtool reads.
in_suite() {
    # shellcheck disable=SC2016
    as_root unshare -m sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' \
        "$(suite_root "$1")" "${@:2}"
}

# suite_kernel SERIES DIR: prepares a kernel as kernel_from does, from the suite.
suite_kernel() {
    local series=$1 dir=$2 root mirror version
    root=$(suite_root "$series")
    need debootstrap:debootstrap
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || die "the machine's apt configuration names no Debian mirror"
    if [ ! -e "$root/ready" ]; then
        say "preparing a build root of Debian $(suite_of "$series") (once)"
        as_root rm -rf "$root"
        quiet as_root debootstrap --variant=minbase --include=gcc,make,kmod,linux-headers-amd64,xz-utils \
            "$(suite_of "$series")" "$root" "$mirror"
        as_root touch "$root/ready"
    fi
    # If the machine accepts package lists that are out of date, the root does too.
    apt-config dump | grep -E '^Acquire::Check-' | as_root tee "$root/etc/apt/apt.conf.d/90lab" >/dev/null || true
    quiet in_suite "$series" apt-get update
    version=$(kernel_versions "$series" in_suite "$series" | while read -r version; do
        [ -e "$root/usr/src/linux-headers-$version-amd64" ] && echo "$version"
    done | head -n 1)
    [ -n "$version" ] || die "Debian $(suite_of "$series") carries no kernel $series"
    kernel_download "$dir" "$version" in_suite_at "$series"
    kernel_unpack "$dir"
    echo "$version" >"$dir/builder"
    netdevsim_build "$dir" "$series"
    kernel_pack "$dir"
}

# in_suite_at SERIES COMMAND...: runs a command in the folder /debs of the suite's root, and
# then moves the packages there to the current folder.
in_suite_at() {
    local root
    root=$(suite_root "$1")
    as_root mkdir -p "$root/debs"
    # shellcheck disable=SC2016
    in_suite "$1" sh -c 'cd /debs && exec "$@"' sh "${@:2}" || return 1
    as_root find "$root/debs" -name '*.deb' -exec mv {} . \;
}

# suite_build SERIES DIR: builds the modules in a folder in the suite's root.
suite_build() {
    local root version
    root=$(suite_root "$1")
    version=$(cat "$CACHE/kernel-$1/builder")
    as_root rm -rf "$root/build" "$root/headers"
    as_root cp -r "$2" "$root/build"
    [ ! -d "$CACHE/kernel-$1/headers" ] || as_root cp -r "$CACHE/kernel-$1/headers" "$root/headers"
    quiet in_suite "$1" make -C "/usr/src/linux-headers-$version-amd64" M=/build SRC=/headers modules
    as_root cp "$root"/build/*.ko "$2/"
}

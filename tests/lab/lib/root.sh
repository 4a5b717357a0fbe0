# SPDX-License-Identifier: MIT OR Apache-2.0
# The guest's root filesystem, $CACHE/root.cpio: a minimal Debian 13 with
# systemd-udevd, iproute2 and what scenarios look at things with.

ROOT_PACKAGES=udev,systemd,systemd-sysv,iproute2,kmod,pciutils,ethtool,jq,strace,libudev1

root_prepare() {
    local root=$CACHE/root
    [ -e "$CACHE/root.cpio" ] && return
    say "preparing the root filesystem (once)"
    need debootstrap:debootstrap cpio:cpio
    apt_lists
    local mirror
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || die "the machine's apt configuration names no Debian mirror"
    as_root rm -rf "$root"
    quiet as_root debootstrap --variant=minbase --include="$ROOT_PACKAGES" trixie "$root" "$mirror"
    as_root rm -rf "$root"/usr/share/{doc,man,locale,info,zoneinfo} "$root"/var/{lib/apt/lists,cache/apt}/* \
        "$root"/usr/lib/python3*
    (cd "$root" && as_root find . -xdev | as_root cpio --quiet -o -H newc) >"$CACHE/root.cpio.tmp"
    mv "$CACHE/root.cpio.tmp" "$CACHE/root.cpio"
    as_root rm -rf "$root"
}

# SPDX-License-Identifier: MIT OR Apache-2.0
# The guests' root filesystems, $CACHE/root-NAME.cpio: each is a minimal Debian with
# systemd-udevd, iproute2 and the tools of scenarios.

ROOT_PACKAGES=udev,systemd,systemd-sysv,iproute2,kmod,pciutils,ethtool,jq,strace,libudev1

# root_suite NAME, root_extra NAME: print the Debian suite, and additional packages.
root_suite() {
    case $1 in
        trixie | consumers | confined | selinux) echo trixie ;;
        bookworm) echo bookworm ;;
        *) die "no root filesystem $1; there are: trixie bookworm consumers confined selinux" ;;
    esac
}
root_extra() {
    case $1 in
        # python3-ply is an alternative that debootstrap does not resolve.
        consumers) echo ,dbus,network-manager,openvswitch-switch,python3-os-vif,python3-ply ;;
        confined) echo ,apparmor ;;
        selinux) echo ,selinux-policy-default,policycoreutils,selinux-utils ;;
    esac
}

root_prepare() {
    local name=$1 root=$CACHE/root-$1 cpio=$CACHE/root-$1.cpio mirror packages suite
    packages=$ROOT_PACKAGES$(root_extra "$name")
    [ -e "$cpio" ] && [ "$(cat "$cpio.packages" 2>/dev/null)" = "$packages" ] && return
    suite=$(root_suite "$name")
    say "preparing the root filesystem $name (once)"
    need debootstrap:debootstrap cpio:cpio
    apt_lists
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || die "the machine's apt configuration names no Debian mirror"
    as_root rm -rf "$root"
    quiet as_root debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror"
    as_root rm -rf "$root"/usr/share/{doc,man,locale,info,zoneinfo} "$root"/var/{lib/apt/lists,cache/apt}/*
    [ "$name" = consumers ] || as_root rm -rf "$root"/usr/lib/python3*
    (cd "$root" && as_root find . -xdev | as_root cpio --quiet -o -H newc) >"$cpio.tmp"
    mv "$cpio.tmp" "$cpio"
    echo "$packages" >"$cpio.packages"
    as_root rm -rf "$root"
}

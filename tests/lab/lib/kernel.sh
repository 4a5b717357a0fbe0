# SPDX-License-Identifier: MIT OR Apache-2.0
# Prepares a bootable kernel of one series, with the modules that scenarios need, in
# $CACHE/kernel-SERIES: vmlinuz, modules-SUM.cpio, version.
#
# Debian builds no netdevsim, so it is compiled from the distribution's own
# kernel source package. Where the machine's apt knows the series (6.1 and 6.12
# on Debian 12), packages come from there; any other series comes from the
# Debian suite that carries it, in a build root made by debootstrap.

# The vendors' own drivers, for the cards of modules/fakepci.
REAL_DRIVERS="mlx5_core mlx5_ib ib_uverbs bnxt_en nfp liquidio liquidio_vf ice iavf"

# The modules that scenarios load; modprobe finds their dependencies.
LAB_MODULES="netdevsim virtio_pci virtio_blk dummy bonding bridge 8021q nlmon sch_ingress sch_mqprio vrf cls_flower act_mirred vfio_pci openvswitch xfrm_user esp4 esp4_offload gcm ctr ghash_generic seqiv drbg jitterentropy_rng hmac sha512_generic vxlan uio_pci_generic $REAL_DRIVERS"

suite_of() {
    case $1 in
        6.1) echo bookworm ;;
        6.12) echo trixie ;;
        7) echo sid ;;
        *) die "no Debian suite is known for kernel $1; kernels: 6.1 6.12 7" ;;
    esac
}

# kernel_versions SERIES [PREFIX...]: prints the versions of a series, newest first, as in the
# names of Debian's packages. PREFIX runs the apt commands elsewhere (in a chroot).
kernel_versions() {
    local series=${1//./\\.}
    shift
    "$@" apt-cache pkgnames linux-headers- |
        sed -nE "s/^linux-headers-($series\.[0-9.]+([-+].*)?)-amd64\$/\1/p" |
        grep -vE 'cloud|rt$' | sort -rV
}

# kernel_download DIR VERSION [PREFIX...]: unpacks image, headers and source.
kernel_download() {
    local dir=$1 version=$2 name
    shift 2
    local short=${version%%[-+]*}
    local source
    source=linux-source-$(cut -d. -f1,2 <<<"$short")
    rm -rf "$dir/debs" && mkdir -p "$dir/debs" "$dir/tree"
    local names=("linux-headers-$version-amd64" "linux-headers-$version-common" "$source")
    # 6.x ships image and modules in one package, 7.x in two.
    if [ -n "$("$@" apt-cache pkgnames "linux-modules-$version-amd64")" ]; then
        names+=("linux-binary-$version-amd64" "linux-modules-$version-amd64")
    else
        names+=("linux-image-$version-amd64")
    fi
    names+=("$("$@" apt-cache depends "linux-headers-$version-amd64" |
        sed -nE 's/.*Depends: (linux-kbuild-.*)/\1/p' | head -n 1)")
    for name in "${names[@]}"; do
        (cd "$dir/debs" && quiet "$@" apt-get download "$name") || return 1
    done
}

kernel_unpack() {
    local deb
    for deb in "$1"/debs/*.deb; do dpkg -x "$deb" "$1/tree" || return 1; done
    rm -rf "$1/debs"
    # The headers' top Makefile names the common part by its installed path.
    sed -i "s|/usr/src/|$1/tree/usr/src/|" "$1"/tree/usr/src/linux-headers-*-amd64/Makefile
    # With a vmlinux beside them, the headers ask for BTF and so for pahole.
    rm -f "$1"/tree/usr/src/linux-headers-*-amd64/vmlinux
}

# netdevsim_build DIR SERIES: compiles netdevsim from the source package.
netdevsim_build() {
    local dir=$1 build=$1/netdevsim
    mkdir -p "$build"
    tar -C "$build" --strip-components=4 --wildcards -xJf "$dir"/tree/usr/src/linux-source-*.tar.xz \
        '*/drivers/net/netdevsim/*.[ch]'
    tar -C "$build" --strip-components=3 --wildcards -xJf "$dir"/tree/usr/src/linux-source-*.tar.xz \
        '*/drivers/ptp/ptp_mock.c' 2>/dev/null || true
    "$LAB/lib/netdevsim-makefile" "$build" >"$build/Makefile"
    module_build "$2" "$build"
    local updates
    updates=$(kernel_modules "$dir")/updates
    mkdir -p "$updates"
    mv "$build"/*.ko "$updates/"
    rm -rf "$build"
}

# kernel_modules DIR: prints the folder of the kernel's modules in its unpacked packages.
kernel_modules() {
    local modules
    modules=$(find "$1/tree" -path '*/lib/modules/*/kernel' -type d -print -quit)
    [ -n "$modules" ] || die "the packages of this kernel hold no modules"
    echo "${modules%/kernel}"
}

kernel_prepare() {
    local series=$1 dir=$CACHE/kernel-$1
    if [ -e "$dir/ready" ]; then
        [ -e "$(modules_cpio "$dir")" ] || kernel_pack "$dir"
        return
    fi
    say "preparing kernel $series (once)"
    need dpkg:dpkg xz:xz-utils gcc:gcc make:make depmod:kmod cpio:cpio
    rm -rf "$dir" && mkdir -p "$dir"
    apt_lists
    if [ -n "$(kernel_versions "$series")" ]; then
        kernel_from "$series" "$dir"
    else
        . "$LAB/lib/suite.sh"
        suite_kernel "$series" "$dir"
    fi
    touch "$dir/ready"
}

# Takes the newest version that can be downloaded: mirrors drop old versions before the
# package lists do.
kernel_from() {
    local series=$1 dir=$2 version
    for version in $(kernel_versions "$series"); do
        kernel_download "$dir" "$version" && break
        version=
    done
    [ -n "${version:-}" ] || die "no kernel $series can be had from this machine's apt configuration"
    kernel_unpack "$dir"
    netdevsim_build "$dir" "$series"
    kernel_pack "$dir"
}

# modules_cpio DIR: prints the file with the modules of LAB_MODULES; its name has a sum of
# LAB_MODULES, because checkouts with other modules share the cache.
modules_cpio() { echo "$1/modules-$(sha256sum <<<"$LAB_MODULES" | cut -c1-12).cpio"; }

# kernel_pack DIR: gathers vmlinuz, and the modules with their dependencies in one cpio.
kernel_pack() {
    local dir=$1 tree=$1/tree release modules list
    modules=$(kernel_modules "$dir")
    release=$(basename "$modules")
    [ -e "$dir/vmlinuz" ] || cp "$(find "$tree" -name "vmlinuz*" -type f | head -n 1)" "$dir/vmlinuz"
    [ -d "$tree/usr/lib/modules" ] && [ ! -e "$tree/lib" ] && ln -s usr/lib "$tree/lib"
    quiet depmod -b "$tree" "$release"
    local stage=$dir/stage/lib/modules/$release
    mkdir -p "$stage"
    for list in $LAB_MODULES; do
        modprobe -d "$tree" -S "$release" --show-depends "$list" 2>/dev/null || true
    done | sed -n 's/^insmod //p' | awk '{print $1}' | sort -u | while read -r list; do
        local inside=${list#*"/modules/$release/"}
        mkdir -p "$stage/$(dirname "$inside")"
        cp "$list" "$stage/$inside"
    done
    # 7.x keeps these lists elsewhere; depmod then knows no built-in modules.
    cp "$modules"/modules.{order,builtin,builtin.modinfo} "$stage/" 2>/dev/null || true
    quiet depmod -b "$dir/stage" "$release"
    # In a merged-/usr root a real /lib would hide its link.
    mkdir -p "$dir/stage/usr" && mv "$dir/stage/lib" "$dir/stage/usr/lib"
    echo "$release" >"$dir/version"
    (cd "$dir/stage" && find . | cpio --quiet -o -H newc) >"$dir/stage.cpio"
    rm -rf "$dir/stage"
    mv "$dir/stage.cpio" "$(modules_cpio "$dir")"
}

# Builds the lab's own modules for a kernel as one more initrd part, at lab_cpio.
lab_modules() {
    local dir=$CACHE/kernel-$1 cpio stage
    cpio=$(lab_cpio "$1")
    # Modules of other checkouts stay for a week.
    find "$dir" -maxdepth 1 -name 'lab-*.cpio' ! -path "$cpio" -mtime +7 -delete
    [ -e "$cpio" ] && { touch "$cpio"; return; }
    driver_headers "$dir"
    stage=$dir/lab
    rm -rf "$stage" && mkdir -p "$stage/usr/lib/modules" "$stage/build"
    cp -r "$LAB"/modules/* "$stage/build/"
    module_build "$1" "$stage/build"
    cp "$stage"/build/*.ko "$stage/usr/lib/modules/"
    strip --strip-debug "$stage"/usr/lib/modules/*.ko
    [ ! -e "$LAB/modules/ice/package" ] || {
        mkdir -p "$stage/usr/lib/firmware/intel/ice/ddp"
        "$LAB/modules/ice/package" >"$stage/usr/lib/firmware/intel/ice/ddp/ice.pkg"
    }
    rm -rf "$stage/build"
    (cd "$stage" && find . | cpio --quiet -o -H newc) >"$cpio.tmp"
    rm -rf "$stage"
    mv "$cpio.tmp" "$cpio"
}

# The file with the modules of exactly these sources: checkouts share a cache.
LAB_SUM=$(tar -C "$LAB" --sort=name --mtime=@0 --owner=0 --group=0 -c modules | sha256sum | cut -c 1-12)
lab_cpio() { echo "$CACHE/kernel-$1/lab-$LAB_SUM.cpio"; }

# driver_headers DIR: unpacks header files of drivers from the kernel's source into
# DIR/headers; the simulated cards take the structures of their commands from them.
driver_headers() {
    local dir=$1/headers
    [ -e "$dir/ready" ] && return
    rm -rf "$dir" && mkdir -p "$dir"
    tar -C "$dir" --strip-components=1 --wildcards -xJf "$1"/tree/usr/src/linux-source-*.tar.xz \
        '*/drivers/net/ethernet/broadcom/bnxt/*.h' '*/drivers/net/ethernet/cavium/liquidio/*.h' \
        '*/drivers/net/ethernet/intel/*.h' '*/drivers/net/ethernet/mellanox/mlx5/core/*.h' \
        '*/drivers/net/ethernet/netronome/nfp/*.h'
    touch "$dir/ready"
}

# module_build SERIES DIR: builds the modules in a folder for the kernel, here or in the build
# root of the kernel's suite.
module_build() {
    local dir=$CACHE/kernel-$1
    if [ -e "$dir/builder" ]; then
        . "$LAB/lib/suite.sh"
        suite_build "$1" "$2"
    else
        quiet make -C "$(echo "$dir"/tree/usr/src/linux-headers-*-amd64)" M="$2" SRC="$dir/headers" modules
    fi
}

# SPDX-License-Identifier: MIT OR Apache-2.0
# Boots one guest for one scenario.

# cpio_of DIR FILE: packs a folder as a part of the initrd.
cpio_of() { (cd "$1" && find . | cpio --quiet -o -H newc) >"$2"; }

# overlay DIR: the files of the lab.
overlay() {
    local tree=$1
    mkdir -p "$tree/lab/scenarios"
    cp "$LAB/guest/init" "$tree/init"
    cp "$LAB"/guest/{run,real,agrees,state,sfs,oracle,dialogue,finish,table} "$LAB/demo" "$LAB/../../README.md" "$tree/lab/"
    cp "$LAB"/scenarios/* "$tree/lab/scenarios/"
    chmod 755 "$tree/init" "$tree/lab/run" "$tree/lab/finish"
}

# installed DIR: swdevctl, as `make install` installs it, here or in $SWDEVCTL_LAB_TREE.
installed() {
    if [ -n "${SWDEVCTL_LAB_TREE:-}" ]; then
        mkdir -p "$1"
        cp -r "$SWDEVCTL_LAB_TREE/." "$1/"
    else
        quiet make -s -C "$LAB/../.." install DESTDIR="$1" PREFIX=/usr
    fi
}

# packaged DIR: the Debian package for the guest, not installed; $SWDEVCTL_LAB_DEB if given.
packaged() {
    mkdir -p "$1/lab"
    [ -n "${SWDEVCTL_LAB_DEB:-}" ] || {
        need dh:debhelper dpkg-buildpackage:dpkg-dev
        quiet make -s -C "$LAB/../.." deb
    }
    cp "${SWDEVCTL_LAB_DEB:-$(echo "$LAB"/../../target/packages/swdevctl_*_amd64.deb)}" "$1/lab/swdevctl.deb"
}

# directive SCENARIO WORD: prints the value of the line "# WORD: ..." of a scenario.
directive() { sed -n "s/^# $2: //p" "$LAB/scenarios/$1" 2>/dev/null | head -n 1; }

# nispor DIR: nmstate's reader for the guest, as a program.
nispor() {
    local target=$CACHE/nispor
    say "building nispor"
    quiet "${CARGO:-cargo}" build --locked --quiet --release --manifest-path "$LAB/nispor/Cargo.toml" --target-dir "$target"
    install -D "$target/release/read-by-nispor" "$1/usr/bin/read-by-nispor"
}

# provided SCENARIO: prints in which form a scenario has swdevctl: `packaged` or `installed`.
provided() {
    if grep -q '^# package$' "$LAB/scenarios/$1" 2>/dev/null; then echo packaged; else echo installed; fi
}

# real_words SCENARIO: prints what the kernel's command line needs for simulated cards:
# memory for the cards; no driver for the VFs of liquidio and ice, because these cards have no
# mailbox; and no mlx5_ib, except in scenarios with "# rdma".
real_words() {
    [ "$(directive "$1" driver)" = real ] || return 0
    # shellcheck disable=SC2016
    printf '%s ' 'memmap=512M$0x30000000'
    printf 'module_blacklist=liquidio_vf,iavf%s ' "$(grep -q '^# rdma$' "$LAB/scenarios/$1" || echo ,mlx5_ib)"
}

# nic_arguments N [pair] [switch] [iommu] [slots]: prints QEMU's arguments for N PCI functions
# with SR-IOV, each on a bus of its own; pair: functions 0 and 7 of one card, with room for
# six VFs of the first; switch: two chips of one card behind a PCIe switch in slot 9, which
# call themselves multi-function; iommu: an IOMMU, for vfio; slots: hot-plug slots with
# numbers, 2 for bus 1 and so on. Each function is QEMU's NVMe controller, which a driver of
# the lab claims.
nic_arguments() {
    local slot chip
    case " $* " in *" iommu "*) printf '%s\n' -device intel-iommu,intremap=off ;; esac
    case " $* " in *" slots "*) printf '%s\n' -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off ;; esac
    for ((slot = 2; slot < ${1:-0} + 2; slot++)); do
        printf '%s\n' -device "pcie-root-port,id=rp$slot,chassis=$slot,slot=$slot"
        nic_argument "$slot" 127 "bus=rp$slot"
    done
    case " $* " in
        *" pair "*)
            nic_argument pair0 6 "bus=pcie.0,addr=10.0,multifunction=on"
            nic_argument pair7 7 "bus=pcie.0,addr=10.7"
            ;;
    esac
    case " $* " in
        *" switch "*)
            printf '%s\n' -device pcie-root-port,id=rp9,chassis=9,slot=9 -device x3130-upstream,id=up,bus=rp9
            for chip in 0 1; do
                printf '%s\n' -device "xio3130-downstream,id=down$chip,bus=up,chassis=1$chip,slot=1$chip"
                nic_argument "chip$chip" 6 "bus=down$chip,multifunction=on"
            done
            ;;
    esac
}
nic_argument() {
    local queues=$((2 * ($2 + 2)))
    printf '%s\n' -device "nvme-subsys,id=s$1" -device \
        "nvme,subsys=s$1,$3,serial=n$1,max_ioqpairs=$queues,msix_qsize=$((queues / 2 + 1)),sriov_max_vfs=$2,sriov_vq_flexible=$((2 * $2)),sriov_vi_flexible=$2"
}

# vm KERNEL SCENARIO OUT [AGAIN]: runs the scenario, and leaves its files, its console and its
# status in OUT. AGAIN is the file that it has left for itself in an earlier machine, if any,
# and AGAIN.console the console of that machine.
vm() {
    local series=$1 kernel=$CACHE/kernel-$1 scenario=$2 out=$3 again=${4:-}
    local nics limit cpus root
    # shellcheck disable=SC2046
    mapfile -t nics < <(nic_arguments $(directive "$scenario" nics))
    rm -rf "$out" && mkdir -p "$out/one/lab"
    echo "$scenario" >"$out/one/lab/name"
    [ ! -e "$again" ] || { cp "$again" "$out/one/lab/again"; cp "$again.console" "$out/one/lab/console"; }
    ! grep -q '^# systemd$' "$LAB/scenarios/$scenario" 2>/dev/null || touch "$out/one/lab/systemd"
    ! grep -q '^# early$' "$LAB/scenarios/$scenario" 2>/dev/null || touch "$out/one/lab/early"
    [ "$(directive "$scenario" driver)" != real ] || touch "$out/one/lab/real-drivers"
    ! grep -q '^# nispor$' "$LAB/scenarios/$scenario" 2>/dev/null || nispor "$out/one"
    local rebuilt=
    ! mlx5_rebuilt "$scenario" "$series" || { touch "$out/one/lab/mlx5-rebuilt"; rebuilt=$(mlx5_cpio "$series"); }
    root=$(directive "$scenario" root)
    (cd "$out/one" && find . | cpio --quiet -o -H newc) >"$out/name.cpio"
    cat "$CACHE/root-${root:-trixie}.cpio" "$(modules_cpio "$kernel")" "$(lab_cpio "$series")" ${rebuilt:+"$rebuilt"} "$PARTS/overlay.cpio" "$PARTS/$(provided "$scenario").cpio" "$out/name.cpio" >"$out/initrd"
    truncate -s 64M "$out/disk"
    limit=$(directive "$scenario" timeout)
    # Several guests run at a time: one processor each is quicker than two.
    cpus=$(directive "$scenario" cpus)
    # The plainest processor is emulated the quickest: it saves a sixth of the time of "max".
    # Without random addresses (norandmaps) programs need not be translated again each time they
    # start: it saves a quarter of the time of a short program.
    # A clock that counts instructions does not see what else the build machine does.
    clock=$(directive "$scenario" clock)
    timeout "${LAB_TIMEOUT:-${limit:-480}}" qemu-system-x86_64 -machine q35,accel=tcg -cpu qemu64 -smp "${cpus:-1}" ${clock:+-icount shift=1,sleep=off} -m "$(directive "$scenario" memory | grep . || echo 2G)" \
        -nodefaults -no-reboot -nographic -nic none \
        -kernel "$kernel/vmlinuz" -initrd "$out/initrd" \
        -append "console=ttyS0 quiet panic=-1 no_timer_check mitigations=off norandmaps net.ifnames=1 intel_iommu=on $(directive "$scenario" words) $(real_words "$scenario")${LAB_CMDLINE:-}" \
        -drive "file=$out/disk,format=raw,if=virtio" \
        -serial "${LAB_SERIAL:-file:$out/console}" "${nics[@]}" 2>"$out/qemu"
    tar -C "$out" -xf "$out/disk" 2>/dev/null
    rm -rf "$out/one" "$out/name.cpio" "$out/initrd" "$out/disk"
    [ "$(cat "$out/status" 2>/dev/null)" = 0 ]
}

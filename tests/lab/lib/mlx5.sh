# SPDX-License-Identifier: MIT OR Apache-2.0
# mlx5_core from the distribution's source, with what its kernels of 6.12 and later leave
# out: TC offload, and subfunctions. Sourced.

# mlx5_rebuilt SCENARIO SERIES: whether it asks for that ("# mlx5: rebuilt"), and the
# kernel's own driver lacks TC offload; that of 6.1 has it.
mlx5_rebuilt() { [ "$(directive "$1" mlx5)" = rebuilt ] && runs_on "$1" "$2" && [ "$2" != 6.1 ]; }

# The initrd part with the driver, by this file's own sum.
MLX5_SUM=$(sha256sum <"$LAB/lib/mlx5.sh" | cut -c 1-12)
mlx5_cpio() { echo "$CACHE/kernel-$1/mlx5-$MLX5_SUM.cpio"; }

# mlx5_prepare SERIES: makes that part, once.
mlx5_prepare() {
    local cpio stage=$CACHE/kernel-$1/mlx5
    cpio=$(mlx5_cpio "$1")
    [ ! -e "$cpio" ] || return 0
    say "rebuilding mlx5_core for kernel $1 (once, some minutes)"
    rm -rf "$stage" && mkdir -p "$stage/usr/lib/modules/mlx5"
    mlx5_build "$1" "$CACHE/kernel-$1" "$stage/usr/lib/modules/mlx5"
    (cd "$stage" && find . | cpio --quiet -o -H newc) >"$cpio.tmp"
    rm -rf "$stage"
    mv "$cpio.tmp" "$cpio"
}

# mlx5_build SERIES DIR OUT: makes OUT/mlx5_core.ko for the kernel in DIR.
mlx5_build() {
    local series=$1 dir=$2 out=$3 build=$2/mlx5-build
    rm -rf "$build" && mkdir -p "$build"
    tar -C "$build" --strip-components=7 --wildcards -xJf "$dir"/tree/usr/src/linux-source-*.tar.xz \
        '*/drivers/net/ethernet/mellanox/mlx5/core/*'
    # (its one header from beside it)
    tar -C "$build" --strip-components=6 --wildcards -xJf "$dir"/tree/usr/src/linux-source-*.tar.xz \
        '*/drivers/net/ethernet/mellanox/mlxfw/mlxfw.h'
    sed -i 's,"../../mlxfw/mlxfw.h","mlxfw.h",' "$build/fw.c"
    mlx5_options "$build"
    MAKEFLAGS=-j$(nproc) module_build "$series" "$build"
    strip --strip-debug "$build/mlx5_core.ko"
    mv "$build/mlx5_core.ko" "$out/"
    rm -rf "$build"
}

# mlx5_options DIR: sets in the driver's Makefile what the kernel's configuration lacks.
# The kernel also lacks NET_TC_SKB_EXT, which the driver uses for packets that the
# hardware hands over in the middle of a chain; there are no packets here.
mlx5_options() {
    local option
    {
        for option in CLS_ACT SF SF_MANAGER; do
            echo "CONFIG_MLX5_$option := y"
            echo "subdir-ccflags-y += -DCONFIG_MLX5_$option=1"
        done
        # shellcheck disable=SC2016
        echo 'subdir-ccflags-y += -include $(src)/no_tc_skb_ext.h'
        cat "$1/Makefile"
    } >"$1/Makefile.new"
    mv "$1/Makefile.new" "$1/Makefile"
    cat >"$1/no_tc_skb_ext.h" <<'END'
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __ASSEMBLY__
#include <linux/types.h>
struct sk_buff;
struct tc_skb_ext {
	u64 act_miss_cookie;
	u32 chain;
	u8 act_miss;
};
static inline struct tc_skb_ext *tc_skb_ext_alloc(struct sk_buff *skb)
{
	return NULL;
}
#endif
END
}

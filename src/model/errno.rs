// SPDX-License-Identifier: MIT OR Apache-2.0
//! Error numbers of the kernel, positive, as far as they say something here
//! (include/uapi/asm-generic/errno.h; the same on every machine that has these NICs).

macro_rules! errnos {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)+) => {
        $($(#[$doc])* pub const $name: i32 = $number;)+

        /// The name of a number.
        #[must_use]
        pub fn name(errno: i32) -> Option<&'static str> {
            match errno {
                $($number => Some(stringify!($name)),)+
                _ => None,
            }
        }
    };
}

errnos! {
    /// The caller lacks a privilege.
    EPERM = 1,
    /// There is no such file or object.
    ENOENT = 2,
    /// The device failed.
    EIO = 5,
    /// Later, perhaps.
    EAGAIN = 11,
    /// No memory is left.
    ENOMEM = 12,
    /// Access is denied.
    EACCES = 13,
    /// The device is in use.
    EBUSY = 16,
    /// There is one already.
    EEXIST = 17,
    /// There is no such device.
    ENODEV = 19,
    /// The request makes no sense to the kernel.
    EINVAL = 22,
    /// There is no room left.
    ENOSPC = 28,
    /// A value is out of range.
    ERANGE = 34,
    /// The link is severed, which bnxt says of its firmware.
    ENOLINK = 67,
    /// The protocol was not kept.
    EPROTO = 71,
    /// The message does not fit.
    EMSGSIZE = 90,
    /// There is no such protocol.
    EPROTONOSUPPORT = 93,
    /// The driver does not offer it.
    EOPNOTSUPP = 95,
    /// There is no such address family.
    EAFNOSUPPORT = 97,
    /// No route leads to the network.
    ENETUNREACH = 101,
    /// A buffer is full.
    ENOBUFS = 105,
    /// It took too long.
    ETIMEDOUT = 110,
    /// No route leads to the host.
    EHOSTUNREACH = 113,
    /// The kernel's own, which drivers let slip out.
    ENOTSUPP = 524,
}

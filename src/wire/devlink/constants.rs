// SPDX-License-Identifier: MIT OR Apache-2.0
//! Numbers of include/uapi/linux/devlink.h that this layer speaks.
#![allow(missing_docs)]

pub const CMD_GET: u8 = 1;
pub const CMD_NEW: u8 = 3;
pub const CMD_PORT_GET: u8 = 5;
pub const CMD_PORT_SET: u8 = 6;
pub const CMD_PORT_NEW: u8 = 7;
pub const CMD_PORT_DEL: u8 = 8;
pub const CMD_ESWITCH_GET: u8 = 29;
pub const CMD_ESWITCH_SET: u8 = 30;
pub const CMD_RELOAD: u8 = 37;
pub const CMD_PARAM_GET: u8 = 38;
pub const CMD_PARAM_SET: u8 = 39;
pub const CMD_INFO_GET: u8 = 51;
pub const CMD_TRAP_GET: u8 = 61;
pub const CMD_RATE_GET: u8 = 74;
pub const CMD_RATE_SET: u8 = 75;

pub const ATTR_BUS_NAME: u16 = 1;
pub const ATTR_DEV_NAME: u16 = 2;
pub const ATTR_PORT_INDEX: u16 = 3;
pub const ATTR_PORT_TYPE: u16 = 4;
pub const ATTR_PORT_NETDEV_IFINDEX: u16 = 6;
pub const ATTR_PORT_NETDEV_NAME: u16 = 7;
pub const ATTR_PORT_SPLIT_GROUP: u16 = 10;
pub const ATTR_ESWITCH_MODE: u16 = 25;
pub const ATTR_ESWITCH_INLINE_MODE: u16 = 26;
pub const ATTR_ESWITCH_ENCAP_MODE: u16 = 62;
pub const ATTR_PORT_FLAVOUR: u16 = 77;
pub const ATTR_PORT_NUMBER: u16 = 78;
pub const ATTR_PORT_SPLIT_SUBPORT_NUMBER: u16 = 79;
pub const ATTR_PARAM: u16 = 80;
pub const ATTR_PARAM_NAME: u16 = 81;
pub const ATTR_PARAM_GENERIC: u16 = 82;
pub const ATTR_PARAM_TYPE: u16 = 83;
pub const ATTR_PARAM_VALUES_LIST: u16 = 84;
pub const ATTR_PARAM_VALUE: u16 = 85;
pub const ATTR_PARAM_VALUE_DATA: u16 = 86;
pub const ATTR_PARAM_VALUE_CMODE: u16 = 87;
pub const ATTR_PORT_PCI_PF_NUMBER: u16 = 127;
pub const ATTR_PORT_PCI_VF_NUMBER: u16 = 128;
pub const ATTR_INFO_SERIAL_NUMBER: u16 = 99;
pub const ATTR_INFO_VERSION_FIXED: u16 = 100;
pub const ATTR_INFO_VERSION_RUNNING: u16 = 101;
pub const ATTR_INFO_VERSION_STORED: u16 = 102;
pub const ATTR_INFO_VERSION_NAME: u16 = 103;
pub const ATTR_INFO_VERSION_VALUE: u16 = 104;
pub const ATTR_TRAP_NAME: u16 = 130;
pub const ATTR_TRAP_ACTION: u16 = 131;
pub const ATTR_INFO_BOARD_SERIAL_NUMBER: u16 = 146;
pub const ATTR_PORT_FUNCTION: u16 = 145;
pub const ATTR_PORT_LANES: u16 = 147;
pub const ATTR_PORT_SPLITTABLE: u16 = 148;
pub const ATTR_PORT_EXTERNAL: u16 = 149;
pub const ATTR_PORT_CONTROLLER_NUMBER: u16 = 150;
pub const ATTR_PORT_PCI_SF_NUMBER: u16 = 164;
pub const ATTR_RATE_TYPE: u16 = 165;
pub const ATTR_RATE_TX_SHARE: u16 = 166;
pub const ATTR_RATE_TX_MAX: u16 = 167;
pub const ATTR_RATE_NODE_NAME: u16 = 168;
pub const ATTR_RATE_PARENT_NODE_NAME: u16 = 169;
pub const ATTR_NESTED_DEVLINK: u16 = 175;
pub const ATTR_RATE_TX_PRIORITY: u16 = 177;
pub const ATTR_RATE_TX_WEIGHT: u16 = 178;

pub const TRAP_ACTION_TRAP: u8 = 1;

pub const RATE_TYPE_LEAF: u16 = 0;
pub const RATE_TYPE_NODE: u16 = 1;

pub const FN_ATTR_HW_ADDR: u16 = 1;
pub const FN_ATTR_STATE: u16 = 2;
pub const FN_ATTR_OPSTATE: u16 = 3;
pub const FN_ATTR_CAPS: u16 = 4;
pub const FN_ATTR_DEVLINK: u16 = 5;
pub const FN_ATTR_MAX_IO_EQS: u16 = 6;

pub const FN_CAP_ROCE: u32 = 1;
pub const FN_CAP_MIGRATABLE: u32 = 1 << 1;
pub const FN_CAP_IPSEC_CRYPTO: u32 = 1 << 2;
pub const FN_CAP_IPSEC_PACKET: u32 = 1 << 3;

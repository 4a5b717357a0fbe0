// SPDX-License-Identifier: MIT OR Apache-2.0
//! The style of an SVG. Each rule names the class of the whole, so that a picture inside of
//! a page changes nothing around it.

/// The style, in light colours.
pub(super) const STYLE: &str = r#".swdevctl text{font-family:ui-monospace,SFMono-Regular,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:12px;fill:#1f2328}
.swdevctl .handle{font-size:14px;font-weight:bold}
.swdevctl .faint{fill:#6e7781}
.swdevctl .strong{font-weight:bold}
.swdevctl .card{fill:#fff;stroke:#d0d7de}
.swdevctl .head{fill:#f6f8fa}
.swdevctl .rule{stroke:#d0d7de}
.swdevctl .box{fill:#f6f8fa;stroke:#d0d7de}
.swdevctl .wire{stroke:#afb8c1;fill:none}
.swdevctl .live{stroke:#1a7f37;stroke-width:2}
.swdevctl .dash{stroke-dasharray:3 3}
.swdevctl .up{fill:#1a7f37;stroke:#1a7f37}
.swdevctl .down{fill:#fff;stroke:#8c959f}
.swdevctl .tag{fill:#ddf4ff;stroke:#54aeff}
.swdevctl .tagged{fill:#0550ae}
.swdevctl .here{fill:#1f2328}
.swdevctl .guest{fill:#8250df}
.swdevctl .switchdev{fill:#1a7f37}
.swdevctl .legacy{fill:#6e7781}
.swdevctl .other{fill:#9a6700}
.swdevctl .nothing{fill:#8c959f}
.swdevctl .ground{fill:#fff}
.swdevctl .on{fill:#fff}
.swdevctl .wrong{fill:#cf222e}
.swdevctl .broken{stroke:#cf222e}
.swdevctl .row:hover .box{stroke:#0969da}
"#;

/// The same in dark colours.
pub(super) const DARK: &str = "\
.swdevctl text{fill:#e6edf3}
.swdevctl .faint{fill:#8b949e}
.swdevctl .card{fill:#0d1117;stroke:#30363d}
.swdevctl .head{fill:#161b22}
.swdevctl .rule{stroke:#30363d}
.swdevctl .box{fill:#161b22;stroke:#30363d}
.swdevctl .wire{stroke:#484f58}
.swdevctl .live{stroke:#3fb950}
.swdevctl .up{fill:#3fb950;stroke:#3fb950}
.swdevctl .down{fill:#0d1117;stroke:#6e7681}
.swdevctl .tag{fill:#121d2f;stroke:#1f6feb}
.swdevctl .tagged{fill:#79c0ff}
.swdevctl .here{fill:#e6edf3}
.swdevctl .guest{fill:#d2a8ff}
.swdevctl .switchdev{fill:#238636}
.swdevctl .legacy{fill:#6e7681}
.swdevctl .other{fill:#9e6a03}
.swdevctl .nothing{fill:#484f58}
.swdevctl .ground{fill:#0d1117}
.swdevctl .on{fill:#fff}
.swdevctl .wrong{fill:#ff7b72}
.swdevctl .broken{stroke:#f85149}
.swdevctl .row:hover .box{stroke:#58a6ff}
";

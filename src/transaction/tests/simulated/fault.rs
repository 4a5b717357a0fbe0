// SPDX-License-Identifier: MIT OR Apache-2.0
//! What goes wrong on a simulated machine.

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The program is killed before that effect.
    KillBefore(usize),
    /// After it.
    KillAfter(usize),
    /// In it: the kernel continues with the request until something waits for it.
    KillIn(usize),
    /// In it, and the kernel never finishes the request.
    KillInEndless(usize),
    /// So many bytes of a line reach the disk, then the program is killed.
    Torn(usize, usize),
    /// It is refused.
    Refuse(usize),
    /// It fails after the driver has lost what it is known to lose.
    Break(usize),
    /// It is reported as failed, and done.
    Late(usize),
    /// It is reported as done, and nothing happens.
    Ignore(usize),
    /// Every effect on the card is refused from that one on.
    RefuseFrom(usize),
    /// Nothing more can be written to the disk; a line is cut off after so many bytes.
    Full(usize, usize),
    /// A signal comes before that effect.
    Interrupt(usize),
}

/// Where the program was killed.
pub struct Killed;

/// What becomes of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Happens,
    Refused,
    Breaks,
    Late,
    Ignored,
    /// The request is under way; whether the kernel finishes it.
    UnderWay {
        ends: bool,
    },
    Torn(usize),
    CutOff(usize),
}

/// One effect that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Whether it is on the disk rather than on the card.
    pub disk: bool,
    pub what: String,
}

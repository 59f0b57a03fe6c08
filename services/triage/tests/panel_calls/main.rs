//! The panel's calls and what it hears of them, on a whole triage: from an event that comes in to the one that goes
//! out, through the server's own codec.

mod answers;
mod calls;
mod standing_aside;
mod world;

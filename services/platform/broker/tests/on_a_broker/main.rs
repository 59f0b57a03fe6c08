//! What the crate promises of a broker, held to on a real one.
//!
//! What a reader would get wrong: every test has a virtual host of its own on a broker that all share, but those that end the
//! broker or set it up otherwise, which start one for themselves.

mod giving_up;
mod hearing;
mod publishing;
mod rights;
mod standing;
mod trust;
mod world;

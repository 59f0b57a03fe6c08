//! `lapwing measures`: what is measured, and under which names.

use crate::ending::Ending;
use crate::printing::line;

/// Prints `services/MEASURES.md`.
pub(crate) fn measures() -> Ending {
    line(crate::measures::document().trim_end());
    Ending::Well
}

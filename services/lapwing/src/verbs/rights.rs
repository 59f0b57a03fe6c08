//! `lapwing rights`: who may call what, and whose data that reaches.

use crate::ending::Ending;
use crate::printing::line;

/// Prints `services/platform/rights/TABLE.md`.
pub(crate) fn rights() -> Ending {
    line(::rights::document().trim_end());
    Ending::Well
}

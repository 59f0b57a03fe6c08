//! What anybody who asks for samples may rely on, seen from outside.

mod plausibility;
mod promises;
mod reading;

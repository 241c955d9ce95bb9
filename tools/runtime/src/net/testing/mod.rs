//! What tests of this client talk to.

pub mod name_server;
pub mod namespace;

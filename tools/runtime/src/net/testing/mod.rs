//! The servers that tests of this client use.

pub mod name_server;
pub mod namespace;

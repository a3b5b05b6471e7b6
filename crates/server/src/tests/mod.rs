//! Tests of the whole server, over its port.
#![allow(clippy::unwrap_used)]

mod access;
mod http;
mod registration;
mod sending;
mod signing_in;

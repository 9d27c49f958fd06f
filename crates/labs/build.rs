//! The labs are part of the crate: it is built anew when one changes.

fn main() {
    println!("cargo::rerun-if-changed=labs");
}

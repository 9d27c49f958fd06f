//! Raft told in stories: given this scenario, this happens. And in thousands of random ones: nothing bad ever happens,
//! except where a rule was left out.

mod clients;
mod elections;
mod examples;
mod random;
mod replication;
mod stage;
mod variants;

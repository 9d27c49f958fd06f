//! Small pieces that several components are made of.

pub mod button;
pub mod fold;
pub mod pick_list;
pub mod pop;

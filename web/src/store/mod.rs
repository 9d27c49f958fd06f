//! What the page knows, in small stores: the document at work with its playhead, how things are looked at, and what is
//! picked. Nothing here simulates, and nothing here draws.

pub mod gesture;
pub mod look;
pub mod pick;
pub mod run;
pub mod work;

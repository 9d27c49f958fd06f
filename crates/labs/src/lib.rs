//! Labs: one data file each, that tells a story over a run, asks for predictions, and judges what the reader does.
//!
//! A lab is Markdown with a TOML head between two lines of `+++`. The head says what the lab is and which scenario it
//! runs; each `## heading` after it begins a step. What a step has beside its prose stands in fenced blocks of TOML:
//!
//! | block | what it says |
//! |---|---|
//! | `look` | what to look at: `at`, `from`, `to`, `scale`, `clocks` (a logical clock at each event: `"lamport"`, `"vector"`, `"dotted"` or `"tree"`), and `select`: an event (`"C:4"`) or a message (`"C#7"`) |
//! | `scenario` | what is different from the head's scenario, from this step on; with a `protocol` of its own, from that one's |
//! | `shows` | `that`: what is so in the run of this step; checked, never shown |
//! | `prediction` | a `question` and several `[[choice]]`: `text`, `when` (a predicate), `because`, perhaps `if` |
//! | `action` | what the reader is asked to do (`ask`), `when` it is done, and a `solution` |
//! | `challenge` | a `goal` in words, `when` it is reached, a `hint`, and a `solution` |
//!
//! A lab of the course may say its `place` in its chapter's list, counted from 1; those that say none come last.
//!
//! ````markdown
//! +++
//! format = 1
//! title = "The leader falls"
//! chapter = "Consensus"
//! claim = "When a leader crashes, the others elect another."
//!
//! [scenario]
//! protocol = "raft"
//! script = [{ at = "2s", do = "crash", node = "C" }]
//! +++
//!
//! What stands before the first heading introduces the lab.
//!
//! ## Silence
//!
//! C leads, and [falls](at:2s).
//!
//! ```prediction
//! question = "Who leads in the end?"
//! [[choice]]
//! text = "C, when it is back"
//! when = { role = { node = "C", is = "leader" } }
//! because = "It is not coming back."
//! [[choice]]
//! text = "Another"
//! when = { not = { role = { node = "C", is = "leader" } } }
//! because = "A follower that hears nothing for long enough asks for votes."
//! ```
//! ````
//!
//! Prose that follows a prediction is shown once the reader has answered it, and prose that follows a task below it.
//!
//! A choice may say `if`: script entries that are added to the run before it is judged. So "what if that message were lost?"
//! is answered by the run in which it is.
//!
//! Predicates are data as well: [`Predicate`] lists them. Times are written as `"310ms"` or `"2.5s"`; in a scenario, too,
//! where script entries may leave out their `id`.
//!
//! Before an audience a step is told by its heading and its first sentence, which should therefore stand alone; what else
//! it says stands in the lecturer's notes. [`Beat`] says what is shown one after another.
//!
//! Nothing of a lab is trusted: HTML in it is text, and one that cannot be read is refused with file, line, and what
//! would be right.

mod beats;
mod blocks;
mod catalog;
mod causal;
mod check;
mod deed;
mod head;
mod history;
mod judge;
mod lab;
mod place;
pub mod predicate;
mod prose;
mod read;
mod scenario;
mod summary;
mod trouble;
mod world;

pub use beats::Beat;
pub use catalog::{CHAPTERS, Outline, Summary, course};
#[cfg(feature = "texts")]
pub use catalog::{catalog, find};
pub use check::{Checked, Claim, check, right};
pub use judge::{Judge, end};
pub use lab::{Choice, Lab, Look, Prediction, Selection, Step, Task, TaskKind};
pub use place::Place;
pub use predicate::{Bound, Predicate};
pub use prose::{Block, Inline, Target, paragraphs, summed_up};
pub use read::read;
pub use trouble::BadLab;
pub use world::moment_of;

/// The version of the lab format that this release reads.
pub const FORMAT: u32 = 1;

/// A lab to begin with, commented.
pub const TEMPLATE: &str = include_str!("template.md");

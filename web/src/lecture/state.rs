//! Whether the page stands before an audience, and how.

use std::rc::Rc;

use yew::Reducible;

/// How the page stands before an audience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lecture {
    /// Whether only the diagram and its caption are shown.
    pub on: bool,
    /// Whether the screen is dark.
    pub black: bool,
    /// Whether the pointer is a red dot.
    pub laser: bool,
    /// Whether a window with notes has been opened.
    pub notes: bool,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LectureAction {
    /// It begins or ends.
    Toggle,
    /// The screen goes dark, or comes back.
    Black,
    /// The pointer becomes a red dot, or itself again.
    Laser,
    /// The window with notes was opened.
    Notes,
}

impl Reducible for Lecture {
    type Action = LectureAction;

    fn reduce(self: Rc<Self>, action: LectureAction) -> Rc<Self> {
        let mut lecture = *self;
        match action {
            LectureAction::Toggle => {
                lecture = Lecture { on: !self.on, notes: self.notes, ..Lecture::default() }
            }
            // The window with notes may ask for it before the lecture has begun.
            LectureAction::Black => (lecture.on, lecture.black) = (true, !self.black),
            LectureAction::Laser => lecture.laser = !self.laser,
            LectureAction::Notes => lecture.notes = true,
        }
        Rc::new(lecture)
    }
}

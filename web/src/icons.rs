//! Icons, drawn here so that no font is needed. Each stands beside a word or in a control that has a name.

use yew::prelude::*;

/// The icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// One step.
    Step,
    /// One step back.
    StepBack,
    /// To the beginning.
    ToStart,
    /// To the end.
    ToEnd,
    /// Undo.
    Undo,
    /// Redo.
    Redo,
    /// A die: another seed.
    Dice,
    /// A link.
    Link,
    /// Something is lost, closed, taken out.
    Cross,
    /// A copy.
    Copy,
    /// Stand still.
    Hold,
    /// Later.
    Later,
    /// More.
    Plus,
    /// Less.
    Minus,
    /// Everything in sight.
    Fit,
    /// Folded.
    Right,
    /// Unfolded.
    Down,
    /// Up.
    Up,
    /// Fine.
    Check,
    /// Trouble.
    Alert,
    /// Light.
    Sun,
    /// Dark.
    Moon,
    /// As the system has it.
    Half,
    /// A larger text.
    Large,
    /// Set-up.
    Gear,
    /// A pen.
    Pen,
    /// A partition.
    Split,
    /// A side panel.
    Panel,
    /// Open a file.
    Folder,
    /// Save a file.
    Save,
    /// Over and over from the start.
    Reset,
    /// Look.
    Eye,
    /// Go there.
    Go,
    /// What is on disk.
    Disk,
    /// A question.
    Help,
    /// More options.
    Sliders,
    /// An experiment.
    Flask,
    /// A branch.
    Branch,
    /// A screen before an audience.
    Screen,
}

impl Sign {
    /// The path, on a grid of 24, stroked; and whether it is filled.
    fn path(self) -> (&'static str, bool) {
        match self {
            Sign::Play => ("M7 4.5v15l13-7.5z", true),
            Sign::Pause => ("M6 4.5h4v15H6zM14 4.5h4v15h-4z", true),
            Sign::Step => ("M6 5v14l10-7zM18 5v14", true),
            Sign::StepBack => ("M18 5v14L8 12zM6 5v14", true),
            Sign::ToStart => ("M5 5v14M12 5v14l-6-7zM20 5v14l-7-7z", true),
            Sign::ToEnd => ("M19 5v14M12 5v14l6-7zM4 5v14l7-7z", true),
            Sign::Undo => ("M9 6 4 11l5 5M4 11h10a6 6 0 0 1 0 9h-3", false),
            Sign::Redo => ("m15 6 5 5-5 5M20 11H10a6 6 0 0 0 0 9h3", false),
            Sign::Dice => ("M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01", false),
            Sign::Link => (
                "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
                false,
            ),
            Sign::Cross => ("M6 6l12 12M18 6 6 18", false),
            Sign::Copy => ("M9 9h11v11H9zM15 9V4H4v11h5", false),
            Sign::Hold => ("M8 5v14M16 5v14", false),
            Sign::Later => ("M12 4a8 8 0 1 0 .01 0M12 8v4l3 2", false),
            Sign::Plus => ("M12 5v14M5 12h14", false),
            Sign::Minus => ("M5 12h14", false),
            Sign::Fit => ("M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", false),
            Sign::Right => ("m9 6 6 6-6 6", false),
            Sign::Down => ("m6 9 6 6 6-6", false),
            Sign::Up => ("m6 15 6-6 6 6", false),
            Sign::Check => ("m5 12.5 4.5 4.5L19 7.5", false),
            Sign::Alert => ("M12 4 2.8 20h18.4zM12 10v4.5M12 17.4h.01", false),
            Sign::Sun => (
                "M12 8a4 4 0 1 0 .01 0M12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M18.7 5.3 17 7M7 17l-1.7 1.7",
                false,
            ),
            Sign::Moon => ("M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z", false),
            Sign::Half => ("M12 4a8 8 0 1 0 .01 0M12 4v16", false),
            Sign::Large => ("M3 19 8.5 5 14 19M5 14.5h7M15.5 19l2.8-7 2.7 7M16.4 16.8h3.7", false),
            Sign::Gear => (
                "M12 9a3 3 0 1 0 .01 0M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2",
                false,
            ),
            Sign::Pen => ("M4 20l1-4L16 5l3 3L8 19zM14 7l3 3", false),
            Sign::Split => ("M12 3v18M4 8h4M4 16h4M16 8h4M16 16h4", false),
            Sign::Panel => ("M4 5h16v14H4zM15 5v14", false),
            Sign::Folder => ("M3 6h6l2 2.5h10V19H3z", false),
            Sign::Save => ("M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4 20h16", false),
            Sign::Reset => ("M5 5v5h5M5.4 10A7.5 7.5 0 1 1 4.5 13", false),
            Sign::Eye => (
                "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 9.5a2.5 2.5 0 1 0 .01 0",
                false,
            ),
            Sign::Go => ("M4 12h14M13 6.5l5.5 5.5-5.5 5.5", false),
            Sign::Disk => ("M5 7c0-4 14-4 14 0v10c0 4-14 4-14 0zM5 7c0 4 14 4 14 0", false),
            Sign::Help => ("M8.5 9a3.5 3.5 0 1 1 5 3.1c-1 .6-1.5 1.2-1.5 2.4M12 18.4h.01", false),
            Sign::Flask => ("M9 4h6M10.5 4v5.5L5 19.5h14L13.5 9.5V4M8 15h8", false),
            Sign::Branch => ("M4 7h16M9 7c4 0 4 10 9 10h2M6 7h.01", false),
            Sign::Screen => ("M3 4h18M4.5 4v11h15V4M12 15v5M8.5 20h7", false),
            Sign::Sliders => ("M4 7h9M17 7h3M15 4.5v5M4 17h3M11 17h9M9 14.5v5", false),
        }
    }
}

/// An icon. It says nothing to a screen reader: the control around it does.
pub fn icon(sign: Sign) -> Html {
    let (path, filled) = sign.path();
    html! {
        <svg class={if filled { "icon filled" } else { "icon" }} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={path} />
        </svg>
    }
}

//! The menus of the diagram, which come together, as one chunk: of a lane, of a span of it, of an arrow, and the options.

use yew::prelude::*;

use crate::diagram::menu::{Crash, LaneMenu, LaneMenuProps, crash_list};
use crate::diagram::message_menu::{MessageMenu, MessageMenuProps};
use crate::diagram::span::{SpanMenu, SpanMenuProps};
use crate::lazy;
use crate::top::options::{Options, options};

/// A menu, and what it is about.
#[derive(Clone, PartialEq)]
pub enum Menu {
    /// Of a lane.
    Lane(LaneMenuProps),
    /// Of a span of a lane.
    Span(SpanMenuProps),
    /// Of a message.
    Message(MessageMenuProps),
    /// Which node crashes.
    Crash(Crash),
    /// How the diagram is drawn.
    Options(Options),
}

lazy::chunk! {
    /// The menus.
    pub static MENUS: menus(Menu) = |menu| match menu {
        Menu::Lane(props) => html! { <LaneMenu ..props.clone() /> },
        Menu::Span(props) => html! { <SpanMenu ..props.clone() /> },
        Menu::Message(props) => html! { <MessageMenu ..props.clone() /> },
        Menu::Crash(crash) => crash_list(crash),
        Menu::Options(shown) => options(shown),
    };
}

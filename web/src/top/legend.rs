//! What the diagram's signs mean, each drawn as the diagram draws it.

use yew::prelude::*;

use crate::icons::{Sign, icon};

/// What is drawn, as classes of the diagram and paths on a field of 44 by 16; and what it means.
const SIGNS: &[(&[(&str, &str)], &str)] = &[
    (&[("arrow", "M2 8H34"), ("head", "M34 4l8 4l-8 4z")], "a message that arrived"),
    (
        &[("arrow", "M2 8H18"), ("ghost", "M20 8H33"), ("head ghost-head", "M34 4l8 4l-8 4z")],
        "under way: dotted is still to come",
    ),
    (&[("arrow", "M2 8H22"), ("cross", "M17 3l10 10m0 -10l-10 10")], "lost on the way"),
    (
        &[
            ("band", "M22 0h22v16h-22z"),
            ("edge", "M22 0v16"),
            ("arrow", "M2 8H22"),
            ("cross", "M17 3l10 10m0 -10l-10 10"),
        ],
        "stopped where its way is cut",
    ),
    (&[("arrow", "M2 8H34"), ("head open", "M34 4l8 4l-8 4z")], "it came to a node that was down"),
    (
        &[
            ("arrow", "M2 1L8 7"),
            ("head", "M12 11l-6 -2.5l3.5 -3.5z"),
            ("lane thin", "M2 13H42"),
            ("wait", "M13 9.5H34V13"),
        ],
        "it arrived, and waits: its receiver stands still or is busy",
    ),
    (
        &[("lane thin", "M2 8H42"), ("interval", "M12 2h20v12h-20z")],
        "between these times a node believes it to be, by its clock",
    ),
    (
        &[("arrow", "M2 8H15"), ("held-ground", "M22 1a7 7 0 1 0 .01 0z"), ("held-bars", "M20 4.5v7m4 -7v7")],
        "held until you let it go",
    ),
    (&[("arrow copy", "M2 8H34"), ("head copy", "M34 5l8 3l-8 3z")], "a copy of a message"),
    (
        &[(
            "pulse",
            "M22 13c-4.2 -3.4 -5.8 -5.2 -5.8 -7.2c0 -1.9 1.3 -3.2 3 -3.2c1.2 0 2.2 0.7 2.8 1.8c0.6 -1.1 1.6 -1.8 2.8 -1.8c1.7 0 3 1.3 3 3.2c0 2 -1.6 3.8 -5.8 7.2z",
        )],
        "×8: so many rounds of heartbeats, folded",
    ),
    (
        &[(
            "pulse again",
            "M26.2 5.4c-1.8 -2.8 -5.6 -3 -7.6 -0.7c-2.4 2.7 -1 7 2.4 7.8c2.6 0.6 5 -1 5.4 -3.6m0.6 -7.2l-0.6 4l-3.8 -1.2",
        )],
        "×3: the same, sent again so often",
    ),
    (&[("timer-ghost", "M22 3.4a4.6 4.6 0 1 0 .01 0M22 5.1v2.9h2.3")], "a timer, where it would fire"),
    (&[("lane thick", "M2 8H42")], "this node leads"),
    (&[("lane dashed", "M2 8H42")], "it asks to lead"),
    (
        &[("lane thick", "M2 8H42"), ("lane-stale", "M2 8H42")],
        "it still leads, but another has superseded it",
    ),
    (
        &[("break-edge", "M19 0l3 4l-3 4l3 4l-3 4M23 0l3 4l-3 4l3 4l-3 4")],
        "a span in which little happens is left out",
    ),
];

/// The legend.
pub fn legend() -> Html {
    let sign = |(parts, means): &(&[(&'static str, &'static str)], &'static str)| {
        html! {
            <li key={*means}>
                <svg class="lightcone sign e1" viewBox="0 0 44 16" aria-hidden="true">{ for parts.iter().map(|&(class, d)| html! { <path {class} {d} /> }) }</svg>
                <span>{ *means }</span>
            </li>
        }
    };
    html! {
        <ul class="legend">
            { for SIGNS.iter().map(sign) }
            <li key="disk"><span class="sign">{ icon(Sign::Disk) }</span><span>{ "on disk: it survives a crash" }</span></li>
            <li key="log"><span class="sign"><span class="log-item">{ "x=2" }</span></span><span>{ "in the log, not known to be committed" }</span></li>
        </ul>
    }
}

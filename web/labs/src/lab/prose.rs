//! Prose as elements. It is built from a tree of what there can be, so nothing in a lab can stand for HTML.

use lightcone_labs::{Block, Inline, Target};
use lightcone_sim::ids::EventId;
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::place::Place;

/// Where a link leads within the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A time.
    Moment(Ns),
    /// An event.
    Event(EventId),
}

/// Blocks, one after another. Each has the place of its list as its key: prose does not change.
pub fn blocks(blocks: &[Block], onspot: &Callback<Spot>) -> Html {
    html! { <div class="blocks">{ for blocks.iter().enumerate().map(|(key, one)| block(key, one, onspot)) }</div> }
}

fn block(key: usize, block: &Block, onspot: &Callback<Spot>) -> Html {
    let key = key.to_string();
    let items = |items: &[Vec<Block>]| -> Html {
        items
            .iter()
            .enumerate()
            .map(|(key, item)| html! { <li key={key.to_string()}>{ blocks(item, onspot) }</li> })
            .collect()
    };
    match block {
        Block::Paragraph(content) => html! { <p {key}>{ inlines(content, onspot) }</p> },
        Block::Heading(content) => html! { <h3 {key}>{ inlines(content, onspot) }</h3> },
        Block::Quote(content) => html! { <blockquote {key}>{ blocks(content, onspot) }</blockquote> },
        Block::Code(text) => html! { <pre {key} tabindex="0"><code>{ text }</code></pre> },
        Block::List { ordered: true, items: list } => html! { <ol {key}>{ items(list) }</ol> },
        Block::List { ordered: false, items: list } => html! { <ul {key}>{ items(list) }</ul> },
    }
}

fn inlines(content: &[Inline], onspot: &Callback<Spot>) -> Html {
    content
        .iter()
        .enumerate()
        .map(|(key, one)| html! { <span key={key.to_string()}>{ inline(one, onspot) }</span> })
        .collect()
}

fn inline(inline: &Inline, onspot: &Callback<Spot>) -> Html {
    match inline {
        Inline::Text(text) => html! { { text } },
        Inline::Code(text) => html! { <code>{ text }</code> },
        Inline::Emphasis(content) => html! { <em>{ inlines(content, onspot) }</em> },
        Inline::Strong(content) => html! { <strong>{ inlines(content, onspot) }</strong> },
        Inline::Link { to, content } => link(to, inlines(content, onspot), onspot),
    }
}

fn link(to: &Target, content: Html, onspot: &Callback<Spot>) -> Html {
    let spot = |spot: Spot, content: Html| {
        let onclick = onspot.reform(move |_: MouseEvent| spot);
        html! { <button type="button" class="spot" title="Move the playhead there" {onclick}>{ content }</button> }
    };
    match to {
        Target::Moment(at) => spot(Spot::Moment(*at), content),
        Target::Event(event) => spot(Spot::Event(*event), content),
        Target::Lab(id) => {
            let href = Place::Lab { id: id.clone(), step: 0 }.fragment();
            html! { <a {href}>{ content }</a> }
        }
        // Only addresses by https come this far.
        Target::Web(href) => {
            html! { <a href={href.clone()} target="_blank" rel="noopener">{ content }</a> }
        }
    }
}

/// Text in which Markdown's signs for code and emphasis stand, as the short texts of questions and answers have them.
pub fn marked(text: &str) -> Html {
    let mut stressed = false;
    let parts = text.split_inclusive(['*', '`']).enumerate().map(|(key, part)| {
        let words = part.trim_end_matches(['*', '`']);
        let is_stressed = stressed;
        stressed ^= part.ends_with(['*', '`']);
        let key = key.to_string();
        if is_stressed {
            html! { <em {key}>{ words }</em> }
        } else {
            html! { <span {key}>{ words }</span> }
        }
    });
    html! { <span class="marked">{ for parts }</span> }
}

//! Prose: Markdown as a small tree. Whoever shows it makes elements of it, so nothing in it can be interpreted as HTML.

use lightcone_sim::ids::EventId;
use lightcone_sim::time::Ns;
use pulldown_cmark::{Event, Tag, TagEnd};
use serde::Serialize;

use crate::trouble::Trouble;

/// A block of prose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list.
    List {
        /// Whether it counts.
        ordered: bool,
        /// Its items.
        items: Vec<Vec<Block>>,
    },
    /// Somebody else's words.
    Quote(Vec<Block>),
    /// Program text.
    Code(String),
    /// A heading within a step.
    Heading(Vec<Inline>),
}

/// A piece of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inline {
    /// Text.
    Text(String),
    /// Text as programs write it.
    Code(String),
    /// Stressed.
    Emphasis(Vec<Inline>),
    /// Stressed strongly.
    Strong(Vec<Inline>),
    /// Leads somewhere.
    Link {
        /// Where.
        to: Target,
        /// What stands there.
        content: Vec<Inline>,
    },
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A moment of the run: `[they part](at:2.4s)`.
    Moment(Ns),
    /// An event of the run: `[C asks](event:C:4)`.
    Event(EventId),
    /// Another lab: `[the next](lab:raft/safety)`.
    Lab(String),
    /// A page elsewhere, by https.
    Web(String),
}

impl Target {
    fn parse(link: &str) -> Result<Target, String> {
        let scheme = link.split_once(':');
        match scheme {
            Some(("at", time)) => Ok(Target::Moment(time.parse()?)),
            Some(("event", event)) => {
                event.parse().map(Target::Event).map_err(|error: lightcone_sim::ids::BadId| error.to_string())
            }
            Some(("lab", name)) => Ok(Target::Lab(name.to_owned())),
            Some(("https", _)) => Ok(Target::Web(link.to_owned())),
            _ => Err(format!(
                "`{link}` leads nowhere: links are `at:TIME`, `event:ID`, `lab:NAME` or `https://…`"
            )),
        }
    }
}

/// What is being put together: blocks, or the inlines of one.
enum Open {
    Blocks(Vec<Block>),
    Items { ordered: bool, items: Vec<Vec<Block>> },
    Inlines(Vec<Inline>),
    Link(Target, Vec<Inline>),
}

/// Builds prose from the events of a Markdown parser.
pub(crate) struct Builder {
    open: Vec<Open>,
}

impl Builder {
    pub fn new() -> Builder {
        Builder { open: vec![Open::Blocks(Vec::new())] }
    }

    /// What has been read since the last call.
    pub fn take(&mut self) -> Vec<Block> {
        match std::mem::replace(&mut self.open, vec![Open::Blocks(Vec::new())]).pop() {
            Some(Open::Blocks(blocks)) => blocks,
            _ => Vec::new(),
        }
    }

    pub fn take_in(&mut self, event: Event<'_>) -> Result<(), Trouble> {
        match event {
            Event::Start(tag) => self.begin(tag)?,
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.inline(Inline::Text(text.into_string()))
            }
            Event::Code(text) => self.inline(Inline::Code(text.into_string())),
            Event::SoftBreak | Event::HardBreak => self.inline(Inline::Text(" ".to_owned())),
            other => return Err(Trouble::new(format!("labs have no {}", name_of(&other)))),
        }
        Ok(())
    }

    fn begin(&mut self, tag: Tag<'_>) -> Result<(), Trouble> {
        self.open.push(match tag {
            Tag::List(first) => Open::Items { ordered: first.is_some(), items: Vec::new() },
            Tag::Item | Tag::BlockQuote(_) => Open::Blocks(Vec::new()),
            Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::CodeBlock(_)
            | Tag::Emphasis
            | Tag::Strong
            | Tag::HtmlBlock => Open::Inlines(Vec::new()),
            Tag::Link { dest_url, .. } => {
                let target = Target::parse(&dest_url).map_err(Trouble::new)?;
                Open::Link(target, Vec::new())
            }
            other => return Err(Trouble::new(format!("labs have no {}", kind_of(&other)))),
        });
        Ok(())
    }

    fn end(&mut self, tag: TagEnd) {
        match (tag, self.open.pop()) {
            (TagEnd::Paragraph | TagEnd::HtmlBlock, Some(Open::Inlines(content))) => {
                self.block(Block::Paragraph(content))
            }
            (TagEnd::Heading(_), Some(Open::Inlines(content))) => self.block(Block::Heading(content)),
            (TagEnd::CodeBlock, Some(Open::Inlines(content))) => self.block(Block::Code(plain(&content))),
            (TagEnd::Emphasis, Some(Open::Inlines(content))) => self.inline(Inline::Emphasis(content)),
            (TagEnd::Strong, Some(Open::Inlines(content))) => self.inline(Inline::Strong(content)),
            (TagEnd::Link, Some(Open::Link(to, content))) => self.inline(Inline::Link { to, content }),
            (TagEnd::BlockQuote(_), Some(Open::Blocks(blocks))) => self.block(Block::Quote(blocks)),
            (TagEnd::List(_), Some(Open::Items { ordered, items })) => {
                self.block(Block::List { ordered, items })
            }
            (TagEnd::Item, Some(Open::Blocks(blocks))) => {
                if let Some(Open::Items { items, .. }) = self.open.last_mut() {
                    items.push(blocks);
                }
            }
            // Begin and end come in pairs.
            _ => {}
        }
    }

    fn block(&mut self, block: Block) {
        if let Some(Open::Blocks(blocks)) = self.open.last_mut() {
            blocks.push(block);
        }
    }

    fn inline(&mut self, inline: Inline) {
        match self.open.last_mut() {
            Some(Open::Inlines(content) | Open::Link(_, content)) => match (content.last_mut(), inline) {
                (Some(Inline::Text(before)), Inline::Text(more)) => before.push_str(&more),
                (_, inline) => content.push(inline),
            },
            // A tight list has text with no paragraph around it.
            Some(Open::Blocks(blocks)) => match (blocks.last_mut(), inline) {
                (Some(Block::Paragraph(content)), inline) => content.push(inline),
                (_, inline) => blocks.push(Block::Paragraph(vec![inline])),
            },
            _ => {}
        }
    }
}

/// The words alone.
pub(crate) fn plain(content: &[Inline]) -> String {
    let text = |inline: &Inline| match inline {
        Inline::Text(text) | Inline::Code(text) => text.clone(),
        Inline::Emphasis(content) | Inline::Strong(content) | Inline::Link { content, .. } => plain(content),
    };
    content.iter().map(text).collect()
}

/// What prose says, a text each paragraph or item, without its marks.
pub fn paragraphs(prose: &[Block]) -> Vec<String> {
    let of = |block: &Block| match block {
        Block::Paragraph(content) | Block::Heading(content) => vec![plain(content)],
        Block::Code(text) => vec![text.clone()],
        Block::Quote(blocks) => paragraphs(blocks),
        Block::List { items, .. } => items.iter().flat_map(|item| paragraphs(item)).collect(),
    };
    prose.iter().flat_map(of).collect()
}

/// So many letters an audience reads at a glance.
const GLANCE: usize = 150;

/// Prose in short: its first sentence, and those after it in its paragraph as long as all can be read at a glance.
pub fn summed_up(prose: &[Block]) -> String {
    let first = paragraphs(prose).into_iter().next().unwrap_or_default();
    let ends = first.match_indices(['.', '?', '!']).map(|(at, _)| at + 1);
    // A sentence ends before a space: `1.A` and `2.5 s` do not.
    let ends: Vec<usize> =
        ends.filter(|&end| first[end..].chars().next().is_none_or(char::is_whitespace)).collect();
    let end = ends.iter().rev().find(|&&end| first[..end].chars().count() <= GLANCE).or(ends.first());
    first[..end.copied().unwrap_or(first.len())].to_owned()
}

fn name_of(event: &Event<'_>) -> &'static str {
    match event {
        Event::Rule => "rules",
        Event::FootnoteReference(_) => "footnotes",
        Event::TaskListMarker(_) => "task lists",
        _ => "formulas",
    }
}

fn kind_of(tag: &Tag<'_>) -> &'static str {
    match tag {
        Tag::Image { .. } => "images: what is seen is the run itself",
        Tag::Table(_) => "tables",
        _ => "such parts",
    }
}

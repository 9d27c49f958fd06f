//! What is said of a span: the names of partitions and cuts, and how much is drawn together.

use lightcone_sim::ids::EntryId;
use lightcone_sim::trace::Instant;

use crate::captions::{About, CROSSINGS, Caption, Writer};
use crate::ops::AGAIN;
use crate::pen::Words;
use crate::proposals::in_strip;
use crate::scene::Target;
use crate::text::grouped;

impl Writer<'_> {
    /// Names of partitions and cuts, in their bands.
    pub fn bands(&mut self) {
        let layout = self.layout;
        for band in &layout.bands {
            let Some(strip) = band.strips.first() else { continue };
            let [near, far] = band.span(strip, &layout.weave);
            let (from, to) = (near.0.max(far.0).max(self.span.0), near.1.min(far.1).min(self.span.1));
            if to <= from {
                continue;
            }
            let class = if band.is_partition { "band-name" } else { "cut-name" };
            let groups = band.name.split_once(' ').map_or(band.name.as_str(), |(_, groups)| groups);
            // A long one is named so often that one sees it wherever one looks.
            let pieces = ((to - from) / AGAIN).round().max(1.0);
            let long = (to - from) / pieces;
            for piece in 0..pieces as usize {
                let from = from + piece as f64 * long;
                for name in [band.name.as_str(), groups] {
                    let words = Words::unplaced(name, self.text, true);
                    let strips = band.strips.iter().flat_map(|strip| {
                        let across = (strip.near, strip.far);
                        let mut proposals = in_strip(self.flow(), (from, from + long), across, &words);
                        if piece > 0 || near.0.max(far.0) < self.span.0 {
                            // It was named before: not again right behind that.
                            let middle = proposals.len() / 2;
                            proposals.rotate_left(middle);
                        }
                        proposals
                    });
                    if let Some(words) = self.ground.place(strips.collect::<Vec<_>>(), CROSSINGS) {
                        let key = format!("band-{}-{}-{piece}", band.entry, self.chunk);
                        self.name(key, band.entry, class, words, band.from);
                        break;
                    }
                }
            }
        }
    }

    fn name(&mut self, key: String, entry: EntryId, class: &'static str, words: Words, from: Instant) {
        let target = Some(Target::Entry(entry));
        self.say(Caption {
            key,
            class,
            hue: None,
            target,
            words,
            leader: None,
            block: None,
            from,
            about: About::Other,
        });
    }

    /// How much is drawn together where there is no room for each.
    pub fn too_much(&mut self) {
        let drawn = self.layout.weave.chunks[self.chunk].drawn;
        let content = format!("{} messages here; zoom in to see each", grouped(drawn));
        let words = Words::unplaced(content, self.text, true);
        let lanes = &self.layout.lanes;
        let gaps = lanes.shown().iter().filter_map(|&node| lanes.across(node));
        let proposals: Vec<Words> = gaps
            .flat_map(|across| {
                let near = across + lanes.gap * 0.35;
                in_strip(self.flow(), self.span, (near, near + lanes.gap * 0.3), &words)
            })
            .collect();
        let Some(words) = self.ground.place(proposals, usize::MAX) else { return };
        let from = self.layout.weave.chunks[self.chunk].times.map_or_else(Default::default, |times| times.0);
        let key = format!("dense-{}", self.chunk);
        self.say(Caption {
            key,
            class: "dense-word",
            hue: None,
            target: None,
            words,
            leader: None,
            block: None,
            from,
            about: About::Other,
        });
    }
}

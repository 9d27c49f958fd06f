//! What changes on a lane, in words: roles and epochs, crashes and recoveries.

use lightcone_sim::ids::EventId;
use lightcone_sim::sorted::sort_by;
use lightcone_sim::trace::{EventKind, EventRecord, Instant, Lane};

use crate::captions::{About, CROSSINGS, Caption, Writer};
use crate::marks::{events_in, lost_its_disk};
use crate::palette::hue;
use crate::pen::Words;
use crate::proposals::by;
use crate::scene::Target;
use crate::view::Flow;

/// A word by an event.
struct Word {
    lane: usize,
    id: EventId,
    /// What matters most has the least.
    rank: u8,
    /// The first of these that finds room.
    contents: Vec<String>,
    /// Up to where along its lane it holds.
    until: f64,
    from: Instant,
    hue: Option<u8>,
    class: &'static str,
}

impl Writer<'_> {
    /// New roles and epochs, crashes and recoveries, in words.
    pub fn events(&mut self) {
        let trace = self.session.trace();
        let mut words = Vec::new();
        for (lane, (node, line)) in trace.lanes().enumerate() {
            for index in events_in(&self.layout.weave, lane, self.chunk) {
                let Some(event) = line.events.get(index as usize - 1) else { continue };
                let is_back = event.kind == EventKind::Recover;
                words.push(Word {
                    lane,
                    id: EventId { node, index },
                    rank: 0,
                    contents: match event.kind {
                        EventKind::Crash => vec!["crash".to_owned()],
                        EventKind::Amnesia => vec!["crash, disk lost".to_owned()],
                        EventKind::Recover if lost_its_disk(trace, lane, index) => {
                            vec!["back, disk empty".to_owned()]
                        }
                        EventKind::Recover => vec!["back, disk kept".to_owned()],
                        EventKind::Pause => vec!["paused".to_owned()],
                        _ => continue,
                    },
                    until: f64::INFINITY,
                    from: event.key.instant(),
                    hue: None,
                    class: if is_back { "back-word" } else { "fault-word" },
                });
            }
            for place in 1..line.statuses.len() {
                let index = line.statuses[place].0;
                let id = EventId { node, index };
                let Some(event) = line.events.get(index as usize - 1) else { continue };
                if self.event_here(id).is_some() {
                    words.extend(self.role((lane, id), line, place, event));
                }
            }
        }
        sort_by(&mut words, |one, other| (one.rank, one.from) < (other.rank, other.from));
        for word in words {
            self.word(word);
        }
    }

    /// What a lane becomes, in a few words or in less. A number alone would not say what it counts.
    fn role(
        &self,
        (lane, id): (usize, EventId),
        line: &Lane,
        place: usize,
        event: &EventRecord,
    ) -> Option<Word> {
        let after = line.statuses[place].1?;
        let whole = self.session.role_words(after);
        let epoch = &whole[after.role.len()..];
        let short = abbreviation(after.role);
        let is_same = line.statuses[place - 1].1.is_some_and(|before| before.role == after.role);
        let mut contents = vec![whole.clone()];
        if !is_same {
            contents.push(after.role.to_owned());
        }
        contents.push([&short, epoch].concat());
        if !is_same {
            contents.push(short);
        } else if self.flow() == Flow::LeftToRight && !epoch.is_empty() {
            contents.push(epoch.trim().to_owned());
        }
        let next = line.statuses.get(place + 1);
        let until = next.and_then(|&(index, _)| self.layout.weave.event(lane, index));
        Some(Word {
            lane,
            id,
            rank: if is_same { 2 } else { 1 },
            contents,
            until: until.unwrap_or(f64::INFINITY),
            from: event.key.instant(),
            hue: after.epoch.map(hue),
            class: "role-word",
        })
    }

    fn word(&mut self, word: Word) {
        let Some((lane, x)) = self.event_here(word.id) else { return };
        let Some(across) = self.layout.lanes.across_at(lane) else { return };
        let flow = self.flow();
        let count = word.contents.len();
        for step in 0..count * 2 {
            // Rather farther away than cut short, but rather cut short than turned.
            let (content, place) = match flow {
                Flow::LeftToRight => (step / 2, step % 2),
                Flow::TopToBottom => (step % count, step / count),
            };
            let bold = Words::unplaced(&*word.contents[content], self.text, true);
            let [near, far] = by(flow, x, across, &bold);
            let mut places = if place == 0 { near } else { far };
            places.retain(|words| flow.place(words.x, words.y).along <= word.until.max(x + self.text));
            if let Some(words) = self.ground.place(places, CROSSINGS) {
                return self.say(Caption {
                    key: format!("{}-{}", word.class, word.id),
                    class: word.class,
                    hue: word.hue,
                    target: Some(Target::Event(word.id)),
                    words,
                    leader: None,
                    block: None,
                    from: word.from,
                    about: About::Event(word.lane, word.id),
                });
            }
        }
    }
}

/// A word of many letters as a few and a full stop: `foll.`
pub(crate) fn abbreviation(word: &str) -> String {
    if word.chars().count() <= 6 {
        return word.to_owned();
    }
    let few: String = word.chars().take(4).collect();
    [few.trim_end_matches(['a', 'e', 'i', 'o', 'u', ' ']), "."].concat()
}

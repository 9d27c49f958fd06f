//! Where the reader is, as the address says it: `#raft/election/3` is the third step of a lab.

use gloo::utils::window;

/// The id of a lab that was opened from a file.
pub const OPENED: &str = "opened";

/// Where the reader is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the list of labs.
    Home,
    /// In a lab.
    Lab {
        /// The lab's id: `raft/election`.
        id: String,
        /// The step, from 0.
        step: usize,
    },
}

impl Place {
    /// What an address's fragment asks for. Whether there is such a lab is not known here.
    pub fn parse(fragment: &str) -> Place {
        let words = fragment.trim_start_matches('#').trim_matches('/');
        if words.is_empty() {
            return Place::Home;
        }
        let numbered = words.rsplit_once('/').and_then(|(id, step)| Some((id, step.parse::<usize>().ok()?)));
        match numbered {
            Some((id, step)) => Place::Lab { id: id.to_owned(), step: step.saturating_sub(1) },
            None => Place::Lab { id: words.to_owned(), step: 0 },
        }
    }

    /// The fragment of this place, with its `#`.
    pub fn fragment(&self) -> String {
        match self {
            Place::Home => "#".to_owned(),
            Place::Lab { id, step: 0 } => format!("#{id}"),
            Place::Lab { id, step } => format!("#{id}/{}", step + 1),
        }
    }

    /// Where the address is at this moment.
    pub fn here() -> Place {
        Place::parse(&window().location().hash().unwrap_or_default())
    }

    /// Goes there, by the address: so that Back comes back.
    pub fn go(&self) {
        // A browser that forbids this leaves the reader where they are.
        let _ = window().location().set_hash(&self.fragment());
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn lab(id: &str, step: usize) -> Place {
        Place::Lab { id: id.to_owned(), step }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_place_reads_back() {
        for place in
            [Place::Home, lab("raft/election", 0), lab("raft/election", 2), lab(OPENED, 0), lab(OPENED, 4)]
        {
            assert_eq!(Place::parse(&place.fragment()), place);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn whatever_stands_in_the_address_is_some_place() {
        assert_eq!(Place::parse("#/"), Place::Home);
        assert_eq!(Place::parse("#raft/election/0"), lab("raft/election", 0));
        assert_eq!(Place::parse("#raft/election/-1"), lab("raft/election/-1", 0));
        assert_eq!(Place::parse("#7"), lab("7", 0));
        assert_eq!(Place::parse("#%00///"), lab("%00", 0));
    }
}

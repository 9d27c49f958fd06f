//! Where the code of a protocol is: part of the program, or, with the feature `split`, in a chunk of WebAssembly of its own,
//! which shares the memory of the page's main module and is fetched before the first run of that protocol.
//!
//! The names of a protocol are always there; what describes and runs it is fetched. A protocol whose chunk has not been
//! fetched says so when it is started.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;

use lightcone_sim::registry::{ProtocolEntry, TRANSPORT};
use lightcone_sim::scenario::Scenario;

/// A chunk did not come. Why stands in the browser's console; the next attempt begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFetched;

impl fmt::Display for NotFetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of the page did not come")
    }
}

impl std::error::Error for NotFetched {}

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for NotFetched {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> NotFetched {
        NotFetched
    }
}

/// Fetches what lets a run of the protocol that is always there be resumed after an edit, unless it is here. Until then each
/// is computed from its beginning: short runs never want it.
pub async fn fetch_resuming() -> Result<(), NotFetched> {
    #[cfg(feature = "split")]
    crate::first::fetch().await?;
    Ok(())
}

/// A chunk on its way.
pub type Fetching<T> = Pin<Box<dyn Future<Output = Result<T, NotFetched>>>>;

/// The chunk of a protocol, or of the first one over connections.
pub(crate) struct Chunk {
    /// The protocol's name.
    pub protocol: &'static str,
    /// Whether it is that protocol over connections.
    pub is_connected: bool,
    /// The whole entry, once it has been fetched.
    pub here: OnceLock<&'static ProtocolEntry>,
    pub fetch: fn() -> Fetching<&'static ProtocolEntry>,
}

impl Chunk {
    /// A chunk that has not been fetched.
    #[cfg(feature = "split")]
    pub const fn new(
        protocol: &'static str,
        is_connected: bool,
        fetch: fn() -> Fetching<&'static ProtocolEntry>,
    ) -> Chunk {
        Chunk { protocol, is_connected, here: OnceLock::new(), fetch }
    }

    /// What was fetched, or the names alone.
    #[cfg(feature = "split")]
    pub fn entry(&self) -> &'static ProtocolEntry {
        const MISSING: &ProtocolEntry = &ProtocolEntry::elsewhere("", "", "");
        self.here.get().copied().unwrap_or(MISSING)
    }
}

/// The chunks without which a scenario cannot run, and that are not here.
fn missing(scenario: &Scenario) -> impl Iterator<Item = &'static Chunk> {
    let is_connected = scenario.params.contains_key(TRANSPORT);
    let chunks = crate::CHUNKS.iter().copied().filter(move |chunk| is_connected || !chunk.is_connected);
    chunks.filter(|chunk| chunk.protocol == scenario.protocol && chunk.here.get().is_none())
}

/// Whether a scenario can be started at once.
pub fn is_here(scenario: &Scenario) -> bool {
    missing(scenario).next().is_none()
}

/// What was fetched of a protocol, if it is in a chunk and that is here.
pub(crate) fn fetched(protocol: &str) -> Option<&'static ProtocolEntry> {
    let chunk = crate::CHUNKS.iter().find(|chunk| chunk.protocol == protocol && !chunk.is_connected)?;
    chunk.here.get().copied()
}

/// Fetches the code that runs a scenario, unless it is here.
pub async fn fetch(scenario: &Scenario) -> Result<(), NotFetched> {
    for chunk in missing(scenario) {
        let entry = (chunk.fetch)().await?;
        chunk.here.get_or_init(|| entry);
    }
    Ok(())
}

/// The entry of a protocol that scenarios may ask to have in a layer of connections: of that there is another entry.
macro_rules! entry {
    ($plain:expr) => {
        $plain
    };
    ($plain:expr, connections $protocol:ty) => {
        chunk::entry!(
            $plain,
            with || {
                static HERE: std::sync::OnceLock<ProtocolEntry> = std::sync::OnceLock::new();
                HERE.get_or_init(ProtocolEntry::of::<connection::Connected<$protocol, connection::Asked>>)
            }
        )
    };
    ($plain:expr, with $connected:expr) => {{
        const BOTH: ProtocolEntry = ProtocolEntry { connected: Some($connected), ..$plain };
        ProtocolEntry {
            start: |scenario| (BOTH.carried(&scenario.params).start)(scenario),
            resume: |run, scenario| (BOTH.carried(&scenario.params).resume)(run, scenario),
            check_params: |params, nodes| {
                let carried = params.as_object().map(|params| BOTH.carried(params).check_params);
                carried.unwrap_or(BOTH.check_params)(params, nodes)
            },
            ..BOTH
        }
    }};
}

/// Registers the protocols: first the one that is never in a chunk, with the name of the chunk of the same over connections,
/// then each with the name of its chunk, which is `run_` and the protocol's name. One that can be had over connections as
/// well says so (`+ connections`), and has both in its chunk.
macro_rules! protocols {
    ($link:ident: $first:ty, $($chunk:ident $(+ $connections:ident)?: $protocol:ty,)*) => {
        #[cfg(not(feature = "split"))]
        const ALL: &[ProtocolEntry] = &[
            chunk::entry!(ProtocolEntry::of::<$first>(), connections $first),
            $(chunk::entry!(ProtocolEntry::of::<$protocol>() $(, $connections $protocol)?)),*
        ];
        #[cfg(not(feature = "split"))]
        static CHUNKS: &[&chunk::Chunk] = &[];
        #[cfg(all(test, not(feature = "split")))]
        const NAMES: &[(&str, &str)] =
            &[$((stringify!($chunk), <$protocol as lightcone_sim::protocol::Protocol>::NAME)),*];

        #[cfg(feature = "split")]
        const ALL: &[ProtocolEntry] = &[first::ENTRY, $($chunk::ENTRY),*];
        #[cfg(feature = "split")]
        static CHUNKS: &[&chunk::Chunk] = &[&first::CHUNK, $(&$chunk::CHUNK),*];
        #[cfg(feature = "split")]
        mod first {
            use std::sync::OnceLock;

            use lightcone_sim::protocol::Protocol;
            use lightcone_sim::registry::{Resume, resume};

            use super::*;
            use crate::chunk::{Chunk, NotFetched};

            static RESUME: OnceLock<Resume> = OnceLock::new();

            #[wasm_split_helpers::wasm_split(resume, fallible)]
            fn enter_chunk() -> Result<Resume, NotFetched> {
                Ok(resume::<$first>)
            }

            /// Leads into the chunk of the same over connections.
            #[wasm_split_helpers::wasm_split($link, fallible)]
            fn $link() -> Result<&'static ProtocolEntry, NotFetched> {
                type Layered = connection::Connected<$first, connection::Asked>;
                Ok(Box::leak(Box::new(ProtocolEntry::of::<Layered>())))
            }

            pub(super) static CHUNK: Chunk = Chunk::new(<$first>::NAME, true, || Box::pin($link()));

            pub(super) const ENTRY: ProtocolEntry = chunk::entry!(
                ProtocolEntry {
                    resume: |run, scenario| RESUME.get().map_or(Ok(None), |resume| resume(run, scenario)),
                    ..ProtocolEntry::of::<$first>()
                },
                with || CHUNK.entry()
            );

            pub(super) async fn fetch() -> Result<(), NotFetched> {
                if RESUME.get().is_none() {
                    let resume = enter_chunk().await?;
                    RESUME.get_or_init(|| resume);
                }
                Ok(())
            }
        }
        $(
            #[cfg(feature = "split")]
            mod $chunk {
                use lightcone_sim::protocol::Protocol;

                use super::*;
                use crate::chunk::{Chunk, NotFetched};

                /// Leads into the chunk: what is only reached from here lies there.
                #[wasm_split_helpers::wasm_split($chunk, fallible)]
                fn $chunk() -> Result<&'static ProtocolEntry, NotFetched> {
                    Ok(Box::leak(Box::new(chunk::entry!(
                        ProtocolEntry::of::<$protocol>() $(, $connections $protocol)?
                    ))))
                }

                pub(super) const ENTRY: ProtocolEntry =
                    ProtocolEntry::elsewhere(<$protocol>::NAME, <$protocol>::TITLE, <$protocol>::CHAPTER);

                pub(super) static CHUNK: Chunk = Chunk::new(ENTRY.name, false, || Box::pin($chunk()));
            }
        )*
    };
}

pub(crate) use {entry, protocols};

#[cfg(all(test, not(feature = "split")))]
mod tests {
    use lightcone_sim::scenario::Scenario;

    #[test]
    fn chunks_have_the_names_of_their_protocols() {
        for (chunk, protocol) in crate::NAMES {
            assert_eq!(*chunk, format!("run_{protocol}"));
        }
    }

    #[test]
    fn without_the_feature_everything_is_here() {
        for entry in crate::all() {
            assert!(super::is_here(&Scenario::new(entry.name, 3)));
        }
    }

    #[test]
    fn a_layer_of_connections_has_no_parameter_that_the_protocol_has_too() {
        let mut found = 0;
        for entry in crate::all() {
            let Some(connected) = entry.connected else { continue };
            let names = |params: serde_json::Value| params.as_object().map_or(0, serde_json::Map::len);
            let usual = |entry: &lightcone_sim::registry::ProtocolEntry| names((entry.default_params)());
            assert_eq!(usual(connected()), usual(entry) + 6, "{}", entry.name);
            assert_eq!(connected().params.len(), entry.params.len() + 6, "{}", entry.name);
            found += 1;
        }
        assert!(found >= 3);
    }
}

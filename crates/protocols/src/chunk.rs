//! Where the code of a protocol is: part of the program, or, with the feature `split`, in a chunk of WebAssembly of its own,
//! which shares the memory of the page's main module and is fetched before the first run of that protocol.
//!
//! What names and describes a protocol is always there; only what runs it is fetched. A protocol whose chunk has not been
//! fetched says so when it is started.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

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

/// Starts a run of a protocol, and resumes one.
#[cfg(feature = "split")]
pub(crate) type Runs = (lightcone_sim::registry::Start, lightcone_sim::registry::Resume);

/// Fetches what lets a run of the protocol that is always there be resumed after an edit, unless it is here. Until then each
/// is computed from its beginning: short runs never want it.
pub async fn fetch_resuming() -> Result<(), NotFetched> {
    #[cfg(feature = "split")]
    crate::first::fetch().await?;
    Ok(())
}

/// A chunk on its way.
pub type Fetching<T> = Pin<Box<dyn Future<Output = Result<T, NotFetched>>>>;

/// The chunk of a protocol.
pub(crate) struct Chunk {
    /// The protocol's name.
    pub protocol: &'static str,
    pub is_here: fn() -> bool,
    pub fetch: fn() -> Fetching<()>,
}

/// Whether a protocol can be started at once.
pub fn is_here(protocol: &str) -> bool {
    find(protocol).is_none_or(|chunk| (chunk.is_here)())
}

/// Fetches the code of a protocol, unless it is here.
pub async fn fetch(protocol: &str) -> Result<(), NotFetched> {
    match find(protocol).filter(|chunk| !(chunk.is_here)()) {
        Some(chunk) => (chunk.fetch)().await,
        None => Ok(()),
    }
}

fn find(protocol: &str) -> Option<&'static Chunk> {
    crate::CHUNKS.iter().find(|chunk| chunk.protocol == protocol)
}

/// Registers the protocols: first the one that is never in a chunk, then each with the name of its chunk, which is `run_`
/// and the protocol's name.
macro_rules! protocols {
    ($first:ty, $($chunk:ident: $protocol:ty,)*) => {
        #[cfg(not(feature = "split"))]
        const ALL: &[ProtocolEntry] = &[ProtocolEntry::of::<$first>(), $(ProtocolEntry::of::<$protocol>()),*];
        #[cfg(not(feature = "split"))]
        const CHUNKS: &[chunk::Chunk] = &[];
        #[cfg(all(test, not(feature = "split")))]
        const NAMES: &[(&str, &str)] =
            &[$((stringify!($chunk), <$protocol as lightcone_sim::protocol::Protocol>::NAME)),*];

        #[cfg(feature = "split")]
        const ALL: &[ProtocolEntry] = &[first::ENTRY, $($chunk::ENTRY),*];
        #[cfg(feature = "split")]
        const CHUNKS: &[chunk::Chunk] = &[$($chunk::CHUNK),*];
        #[cfg(feature = "split")]
        mod first {
            use std::sync::OnceLock;

            use lightcone_sim::registry::{Resume, resume};

            use super::*;
            use crate::chunk::NotFetched;

            static RESUME: OnceLock<Resume> = OnceLock::new();

            #[wasm_split_helpers::wasm_split(resume, fallible)]
            fn enter_chunk() -> Result<Resume, NotFetched> {
                Ok(resume::<$first>)
            }

            pub(super) const ENTRY: ProtocolEntry = ProtocolEntry {
                resume: |run, scenario| RESUME.get().map_or(Ok(None), |resume| resume(run, scenario)),
                ..ProtocolEntry::of::<$first>()
            };

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
                use std::sync::OnceLock;

                use lightcone_sim::registry::{resume, start};
                use lightcone_sim::validate::BadScenario;

                use super::*;
                use crate::chunk::{Chunk, NotFetched, Runs};

                static RUNS: OnceLock<Runs> = OnceLock::new();

                /// Leads into the chunk: what is only reached from here lies there.
                #[wasm_split_helpers::wasm_split($chunk, fallible)]
                fn $chunk() -> Result<Runs, NotFetched> {
                    Ok((start::<$protocol>, resume::<$protocol>))
                }

                pub(super) const ENTRY: ProtocolEntry = ProtocolEntry {
                    start: |scenario| match RUNS.get() {
                        Some((start, _)) => start(scenario),
                        None => Err(BadScenario("the code of this protocol has not been loaded".to_owned())),
                    },
                    resume: |run, scenario| RUNS.get().map_or(Ok(None), |(_, resume)| resume(run, scenario)),
                    ..ProtocolEntry::of::<$protocol>()
                };

                pub(super) const CHUNK: Chunk = Chunk {
                    protocol: ENTRY.name,
                    is_here: || RUNS.get().is_some(),
                    fetch: || Box::pin(async {
                        let runs = $chunk().await?;
                        RUNS.get_or_init(|| runs);
                        Ok(())
                    }),
                };
            }
        )*
    };
}

pub(crate) use protocols;

#[cfg(all(test, not(feature = "split")))]
mod tests {
    #[test]
    fn a_chunk_is_found_by_the_name_of_its_protocol() {
        for (chunk, protocol) in crate::NAMES {
            assert_eq!(*chunk, format!("run_{protocol}"));
        }
    }

    #[test]
    fn without_the_feature_everything_is_here() {
        for entry in crate::all() {
            assert!(super::is_here(entry.name));
        }
    }
}

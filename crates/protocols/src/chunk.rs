//! Where the code of a protocol is: part of the program, or, with the feature `split`, in a chunk of WebAssembly of its own,
//! which shares the memory of the page's main module and is fetched before the first run of that protocol.
//!
//! The names of a protocol are always there; what describes and runs it is fetched. A protocol whose chunk has not been
//! fetched says so when it is started.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use lightcone_sim::registry::ProtocolEntry;

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

/// The chunk of a protocol.
pub(crate) struct Chunk {
    /// The protocol's name.
    pub protocol: &'static str,
    /// Its whole entry, once it has been fetched.
    pub here: fn() -> Option<&'static ProtocolEntry>,
    pub fetch: fn() -> Fetching<()>,
}

/// Whether a protocol can be started at once.
pub fn is_here(protocol: &str) -> bool {
    find(protocol).is_none_or(|chunk| (chunk.here)().is_some())
}

/// What was fetched of a protocol, if it is in a chunk and that is here.
pub(crate) fn fetched(protocol: &str) -> Option<&'static ProtocolEntry> {
    find(protocol).and_then(|chunk| (chunk.here)())
}

/// Fetches the code of a protocol, unless it is here.
pub async fn fetch(protocol: &str) -> Result<(), NotFetched> {
    match find(protocol).filter(|chunk| (chunk.here)().is_none()) {
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

                use lightcone_sim::protocol::Protocol;

                use super::*;
                use crate::chunk::{Chunk, NotFetched};

                static HERE: OnceLock<ProtocolEntry> = OnceLock::new();

                /// Leads into the chunk: what is only reached from here lies there.
                #[wasm_split_helpers::wasm_split($chunk, fallible)]
                fn $chunk() -> Result<ProtocolEntry, NotFetched> {
                    Ok(ProtocolEntry::of::<$protocol>())
                }

                pub(super) const ENTRY: ProtocolEntry =
                    ProtocolEntry::elsewhere(<$protocol>::NAME, <$protocol>::TITLE, <$protocol>::CHAPTER);

                pub(super) const CHUNK: Chunk = Chunk {
                    protocol: ENTRY.name,
                    here: || HERE.get(),
                    fetch: || Box::pin(async {
                        let entry = $chunk().await?;
                        HERE.get_or_init(|| entry);
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

//! What can be typed.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use lightcone_diagram::{Flow, Labels, Stamps, Theme, TimeScale};
use lightcone_explore::Network;
use lightcone_formats::schema::Schema;
use lightcone_sim::time::Ns;
use lightcone_sim::validate::MAX_SERVERS;

/// Simulate distributed systems, deterministically: the same scenario gives the same run, everywhere.
///
/// SCENARIO is the name of a protocol (see `lightcone list`), a scenario file, a permalink (the whole address or what
/// follows its `#`), or `-` for a file or a permalink on stdin. Exit codes: 0 fine, 1 a monitor was violated, 2 bad
/// input, 3 not finished.
#[derive(Debug, Parser)]
#[command(name = "lightcone", version, max_term_width = 100, arg_required_else_help = false)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the protocols: names, what they do, and their parameters.
    List,
    /// Print a complete scenario as JSON, with every default filled in.
    Scenario {
        #[command(flatten)]
        source: SourceArgs,
    },
    /// Print a JSON Schema.
    Schema {
        /// Of what: a scenario file, a line of `run --format json`, or a line of a client history.
        #[arg(value_parser = choice(SCHEMAS))]
        of: Schema,
    },
    /// Run a scenario and print what happens, one line an event.
    Run {
        #[command(flatten)]
        source: SourceArgs,
        #[command(flatten)]
        budget: Budget,
        /// Lines for people, or JSON objects (see `lightcone schema event`).
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Draw a run as a space-time diagram in a stand-alone SVG file.
    Draw {
        #[command(flatten)]
        source: SourceArgs,
        #[command(flatten)]
        budget: Budget,
        #[command(flatten)]
        picture: Picture,
    },
    /// Print the SHA-256 of a run: 64 hex digits, the same on every machine.
    Hash {
        #[command(flatten)]
        source: SourceArgs,
        #[command(flatten)]
        budget: Budget,
    },
    /// Go through every schedule of a small system, and show the shortest run in which something breaks.
    ///
    /// Exit codes: 0 nothing can break, 1 something can, 2 bad input, 3 not finished.
    Explore {
        #[command(flatten)]
        args: ExploreArgs,
    },
    /// Labs: data files that tell a story over a run.
    Lab {
        #[command(subcommand)]
        command: LabCommand,
    },
    /// Print a permalink to a scenario: what follows the address of the page.
    Link {
        #[command(flatten)]
        source: SourceArgs,
        #[command(flatten)]
        budget: Budget,
        /// The moment at which the page opens it.
        #[arg(long, value_name = "TIME")]
        at: Option<Ns>,
    },
}

/// What to explore.
#[derive(Debug, Args)]
pub(crate) struct ExploreArgs {
    /// The model's name (see `--list`).
    #[arg(value_name = "MODEL", required_unless_present = "list")]
    pub(crate) model: Option<String>,
    /// List the models and what can be set in each.
    #[arg(long)]
    pub(crate) list: bool,
    /// Set a number: of the model (`rms=3`), or of what may go wrong (`crashes=1`).
    #[arg(long = "set", value_name = "KEY=N")]
    pub(crate) settings: Vec<String>,
    /// What the network does, if not as the model has it.
    #[arg(long, value_name = "NETWORK", value_parser = choice(NETWORKS))]
    pub(crate) network: Option<Network>,
    /// Watch this property alone.
    #[arg(long, value_name = "PROPERTY")]
    pub(crate) property: Option<String>,
    /// Go on so many threads; as many as there are cores if nothing is said. The answer does not depend on it. With
    /// `--symmetry`, `--por` and other orders than `breadth` it is one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Give up after so many distinct states, with exit code 3.
    #[arg(long, value_name = "N")]
    pub(crate) max_states: Option<u64>,
    /// Give up when so many levels of states have been met, with exit code 3.
    #[arg(long, value_name = "N")]
    pub(crate) max_depth: Option<u32>,
    /// Give up when about so many megabytes are taken, with exit code 3.
    #[arg(long, value_name = "MB")]
    pub(crate) max_memory: Option<u64>,
    /// In which order to go through the states; what `breadth` finds is among the shortest.
    #[arg(long, value_enum, default_value_t = SearchOrder::Breadth)]
    pub(crate) search: SearchOrder,
    /// How many random walks to take, each of `--max-depth` states or of 1000.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) walks: u64,
    /// The seed of random walks.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Take states for one that differ only in the names of interchangeable nodes.
    #[arg(long)]
    pub(crate) symmetry: bool,
    /// Partial-order reduction: do not try what commutes in every order. What is found need then not be among the shortest.
    #[arg(long)]
    pub(crate) por: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// In which order states are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SearchOrder {
    /// Level by level.
    Breadth,
    /// The last met first.
    Depth,
    /// Random walks, which prove nothing.
    Random,
}

/// What to do with labs.
#[derive(Debug, Subcommand)]
pub(crate) enum LabCommand {
    /// List the labs of the course.
    List,
    /// Print a lab to begin with, commented.
    New,
    /// Read a lab, run its scenarios, and verify that everything it claims happens. Exit code 1 if something does not.
    Check {
        /// Files, ids of labs of the course (see `lightcone lab list`), or `-` for stdin.
        #[arg(value_name = "LAB", required = true)]
        labs: Vec<String>,
        /// Print only what fails.
        #[arg(long)]
        quiet: bool,
    },
}

/// A scenario, and what is changed in it.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// A protocol's name, a scenario file, a permalink, or `-` for stdin.
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenario: String,
    /// How many servers.
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=i64::from(MAX_SERVERS)))]
    pub(crate) nodes: Option<u16>,
    /// What decides every chance.
    #[arg(long, value_name = "S")]
    pub(crate) seed: Option<u64>,
    /// When the run ends: 150ms, 3s, or whole nanoseconds.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Ns>,
    /// What carries messages. Connections have parameters of their own: rto, retries, window, read, resend.
    #[arg(long, value_enum)]
    pub(crate) transport: Option<Transport>,
    /// Set a parameter of the protocol; values are JSON, times such as 150ms, or plain text.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
}

/// What carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    /// Each message for itself, as the network takes it.
    Datagrams,
    /// In order and once, until the connection breaks.
    Connections,
}

/// How far to compute.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Budget {
    /// Give up after so many events, with exit code 3.
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    pub(crate) max_events: u64,
}

/// How a run is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How to draw.
#[derive(Debug, Args)]
pub(crate) struct Picture {
    /// Where to write the picture; `-`: stdout.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The playhead: what comes later is drawn faintly. Absent: the end of the run.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Ns>,
    /// What distance along the time axis means.
    #[arg(long, value_parser = choice(SCALES), value_name = "SCALE")]
    pub(crate) scale: Option<TimeScale>,
    /// Fit the whole run into so many pixels: exactly where time is true, else as nearly as marks that keep apart let
    /// it. Absent: 1600, or more where messages need it to be seen.
    #[arg(long, value_name = "PX", value_parser = value_parser!(u32).range(100..=1_000_000))]
    pub(crate) width: Option<u32>,
    /// Draw the run from afar, in true time: bars count the events that are too close for a mark each.
    #[arg(long)]
    pub(crate) overview: bool,
    /// Which way time runs: left to right, or top to bottom.
    #[arg(long, value_parser = choice(FLOWS), value_name = "FLOW")]
    pub(crate) flow: Option<Flow>,
    /// Colours for a light or a dark room.
    #[arg(long, value_parser = choice(THEMES), value_name = "THEME", default_value = "light")]
    pub(crate) theme: Theme,
    /// What stands on arrows.
    #[arg(long, value_parser = choice(LABELS), value_name = "LABELS")]
    pub(crate) labels: Option<Labels>,
    /// What stands at events: nothing, or what a logical clock shows there.
    #[arg(long, value_parser = choice(STAMPS), value_name = "CLOCK")]
    pub(crate) stamps: Option<Stamps>,
}

/// Words and what they stand for.
type Choices<T> = &'static [(&'static str, T)];

const SCHEMAS: Choices<Schema> = &[
    (Schema::Scenario.name(), Schema::Scenario),
    (Schema::Event.name(), Schema::Event),
    (Schema::History.name(), Schema::History),
];
const SCALES: Choices<TimeScale> =
    &[("true", TimeScale::True), ("warped", TimeScale::Warped), ("logical", TimeScale::Logical)];
const FLOWS: Choices<Flow> = &[("lr", Flow::LeftToRight), ("tb", Flow::TopToBottom)];
const THEMES: Choices<Theme> = &[("light", Theme::Light), ("dark", Theme::Dark)];
const LABELS: Choices<Labels> = &[("none", Labels::None), ("kinds", Labels::Kinds), ("full", Labels::Full)];
const NETWORKS: Choices<Network> = &[
    (Network::Multiset.name(), Network::Multiset),
    (Network::Set.name(), Network::Set),
    (Network::Fifo.name(), Network::Fifo),
    (Network::InboxSet.name(), Network::InboxSet),
    (Network::Shared.name(), Network::Shared),
];
const STAMPS: Choices<Stamps> = &[
    ("none", Stamps::None),
    ("lamport", Stamps::Lamport),
    ("vector", Stamps::Vector),
    ("dotted", Stamps::Dotted),
    ("tree", Stamps::Tree),
];

/// A parser that takes these words alone, so that help and errors can list them.
fn choice<T: Copy + Send + Sync + 'static>(choices: Choices<T>) -> impl TypedValueParser<Value = T> {
    let words = choices.iter().map(|&(word, _)| word);
    PossibleValuesParser::new(words).map(move |given| {
        let chosen = choices.iter().find(|&&(word, _)| word == given);
        chosen.unwrap_or(&choices[0]).1
    })
}

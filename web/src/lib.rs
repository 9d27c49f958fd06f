//! The Lightcone page.

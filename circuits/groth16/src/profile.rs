//! Where the time of a proof goes.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The parts of a proof, in their order, with the time that each took on all cores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Names and times.
    pub parts: Vec<(&'static str, Duration)>,
}

impl Profile {
    /// Returns the time of all parts.
    pub fn total(&self) -> Duration {
        self.parts.iter().map(|(_, took)| *took).sum()
    }
}

/// Times parts if it runs; parts that it times do not overlap.
#[derive(Debug)]
pub(crate) struct Clock {
    profile: Option<Mutex<Profile>>,
}

impl Clock {
    pub(crate) fn stopped() -> Self {
        Self { profile: None }
    }

    pub(crate) fn running() -> Self {
        Self { profile: Some(Mutex::default()) }
    }

    /// Does a part of the work.
    pub(crate) fn part<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        if let Some(Ok(mut profile)) = self.profile.as_ref().map(Mutex::lock) {
            profile.parts.push((name, started.elapsed()));
        }
        result
    }

    /// Does two parts of the work: at the same time, unless they are timed.
    pub(crate) fn both<T: Send, U: Send>(
        &self,
        first: impl FnOnce() -> T + Send,
        second: impl FnOnce() -> U + Send,
    ) -> (T, U) {
        if self.profile.is_some() { (first(), second()) } else { rayon::join(first, second) }
    }

    pub(crate) fn profile(self) -> Profile {
        self.profile.and_then(|profile| profile.into_inner().ok()).unwrap_or_default()
    }
}

//! The secret randomness of a contribution.

use ark_std::rand::RngCore as _;
use ark_std::rand::rngs::OsRng;
use zeroize::Zeroizing;

use super::blake2b::Blake2b;
use super::label::Label;
use super::stream::{Stream, beacon_stream, first_half};

/// Returns the stream that a contribution draws from: of its beacon, or of the system's randomness and the user's text.
pub(crate) fn contribution_stream(label: &Label, text: &str) -> Stream {
    if let Some(beacon) = &label.beacon {
        return beacon_stream(&beacon.value, beacon.iterations);
    }
    let mut system = Zeroizing::new([0; 64]);
    OsRng.fill_bytes(&mut *system);
    let mut hasher = Blake2b::new();
    hasher.update(&*system).update(text.as_bytes());
    let hash = Zeroizing::new(hasher.finish());
    Stream::new(&Zeroizing::new(first_half(&hash)))
}

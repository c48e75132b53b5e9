//! What a contribution says of itself: its type, its maker's name, the beacon that it came from.
//!
//! Parameters are one byte of type, then: 1 a name, with its length before it; 2 the exponent of the beacon's iterations;
//! 3 the beacon's value, with its length before it.

use tensorproof_r1cs::format::{Cursor, FormatError};

use super::error::{CeremonyError, Result, argument};

const NAME: u8 = 1;
const ITERATIONS: u8 = 2;
const VALUE: u8 = 3;

/// Most iterations of the beacons of a file, as a power of two: some minutes of work. Ceremonies have 2^10 as a rule.
pub(crate) const MOST_ITERATIONS: u8 = 32;
/// Most iterations that a file can speak of, as snarkjs has it.
const MOST_IN_FILES: u8 = 63;

/// A public random value, which nobody could choose, that ends a ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beacon {
    /// The value, such as the hash of a block that was announced before.
    pub value: Vec<u8>,
    /// The value is hashed `2^iterations` times.
    pub iterations: u8,
}

/// A contribution's name, and its beacon if it has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// Who made it, as the file says.
    pub name: Option<String>,
    /// The beacon that anyone can compute the contribution from.
    pub beacon: Option<Beacon>,
}

impl Label {
    /// Checks that the label fits into a file.
    ///
    /// # Errors
    /// When the name or the beacon's value is longer than 255 bytes, or there are more iterations than 2^32.
    pub(crate) fn check(&self) -> Result<()> {
        let name = self.name.as_deref().unwrap_or_default();
        if name.len() > 255 {
            return Err(argument("the name", format!("{} bytes long", name.len()), "at most 255 bytes"));
        }
        if let Some(beacon) = &self.beacon {
            if beacon.value.is_empty() || beacon.value.len() > 255 {
                return Err(argument(
                    "the beacon",
                    format!("{} bytes long", beacon.value.len()),
                    "1 to 255 bytes",
                ));
            }
            if beacon.iterations > MOST_ITERATIONS {
                return Err(argument(
                    "the exponent of the beacon's iterations",
                    beacon.iterations,
                    "at most 32",
                ));
            }
        }
        Ok(())
    }

    /// Returns type, length and parameters. The lengths are checked before.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut parameters = Vec::new();
        if let Some(name) = &self.name {
            put(&mut parameters, NAME, name.as_bytes());
        }
        if let Some(beacon) = &self.beacon {
            parameters.extend_from_slice(&[ITERATIONS, beacon.iterations]);
            put(&mut parameters, VALUE, &beacon.value);
        }
        let mut bytes = u32::from(self.beacon.is_some()).to_le_bytes().to_vec();
        bytes.extend_from_slice(&u32::try_from(parameters.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(&parameters);
        bytes
    }

    /// Reads type, length and parameters.
    pub(crate) fn read(section: &mut Cursor<'_>) -> std::result::Result<Self, FormatError> {
        let at_kind = section.clone();
        let kind = section.u32()?;
        let length = section.u32()? as usize;
        let at = section.clone();
        let mut bytes = section.take(length)?.iter();
        let broken = || at.unexpected("other parameters", "a name, iterations or a beacon");
        let (mut name, mut iterations, mut value) = (None, None, None);
        while let Some(kind) = bytes.next() {
            match *kind {
                NAME => {
                    let text = text(&mut bytes).ok_or_else(broken)?;
                    name = Some(String::from_utf8(text).map_err(|_| broken())?);
                }
                ITERATIONS => iterations = Some(*bytes.next().ok_or_else(broken)?),
                VALUE => value = Some(text(&mut bytes).ok_or_else(broken)?),
                _ => return Err(broken()),
            }
        }
        let beacon = match (kind, iterations, value) {
            (0, None, None) => None,
            (1, Some(iterations), Some(value)) if iterations <= MOST_IN_FILES => {
                Some(Beacon { value, iterations })
            }
            _ => {
                return Err(
                    at_kind.unexpected(format!("a contribution of type {kind}"), "0, or 1 and a beacon")
                );
            }
        };
        Ok(Self { name, beacon })
    }
}

/// Returns how many hashes it takes to follow the beacons of contributions.
///
/// # Errors
/// When they are more than 2^32: who wrote the file wants the time of who verifies it, or made it for another program.
pub fn beacon_hashes<'l>(labels: impl IntoIterator<Item = &'l Label>) -> Result<u64> {
    let beacons = labels.into_iter().filter_map(|label| label.beacon.as_ref());
    let hashes: u128 =
        beacons.map(|beacon| 1u128 << beacon.iterations.min(MOST_IN_FILES)).fold(0, u128::saturating_add);
    if hashes > 1 << MOST_ITERATIONS {
        return Err(CeremonyError::Beacons { hashes, most: MOST_ITERATIONS });
    }
    Ok(u64::try_from(hashes).unwrap_or(u64::MAX))
}

fn put(parameters: &mut Vec<u8>, kind: u8, text: &[u8]) {
    parameters.extend_from_slice(&[kind, u8::try_from(text.len()).unwrap_or(u8::MAX)]);
    parameters.extend_from_slice(text);
}

fn text(bytes: &mut std::slice::Iter<'_, u8>) -> Option<Vec<u8>> {
    let length = usize::from(*bytes.next()?);
    let (text, rest) = bytes.as_slice().split_at_checked(length)?;
    *bytes = rest.iter();
    Some(text.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beacons(iterations: &[u8]) -> Vec<Label> {
        let label = |&iterations| Label { name: None, beacon: Some(Beacon { value: vec![1], iterations }) };
        iterations.iter().map(label).collect()
    }

    #[test]
    fn the_work_of_all_beacons_of_a_file_is_limited() {
        let rows: [(&[u8], Option<u64>); 9] = [
            (&[], Some(0)),
            (&[0], Some(1)),
            (&[10, 10], Some(2048)),
            (&[32], Some(1 << 32)),
            (&[31, 31], Some(1 << 32)),
            (&[32, 0], None),
            (&[33], None),
            (&[42], None),
            (&[63; 5], None),
        ];
        for (iterations, expected) in rows {
            let labels = beacons(iterations);
            assert_eq!(
                beacon_hashes(labels.iter().chain([&Label::default()])).ok(),
                expected,
                "{iterations:?}"
            );
        }
        let refused = beacon_hashes(&beacons(&[42])).unwrap_err().to_string();
        assert_eq!(refused, "contributions: beacons of 4398046511104 hashes, expected at most 2^32");
        assert!(beacons(&[32])[0].check().is_ok() && beacons(&[33])[0].check().is_err());
    }
}

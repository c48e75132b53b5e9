//! What tests of files share.

#![allow(clippy::unwrap_used, unreachable_pub)]

/// Returns where a section of a file of snarkjs starts and how long it is.
pub fn section(bytes: &[u8], kind: u32) -> (usize, usize) {
    let mut at = 12;
    loop {
        let found = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let length = usize::try_from(u64::from_le_bytes(bytes[at + 4..at + 12].try_into().unwrap())).unwrap();
        if found == kind {
            return (at + 12, length);
        }
        at += 12 + length;
    }
}

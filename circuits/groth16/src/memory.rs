//! Files as memory.

#![expect(unsafe_code, reason = "the system cannot promise that nobody changes a mapped file")]

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// Maps a file for reading.
pub(crate) fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the bytes are only ever copied out of the map, and any bytes are valid `u8`. Another process that shortens
    // the file meanwhile ends this one by a signal; one that changes it changes numbers, which `ProvingKey::open` says.
    unsafe { Mmap::map(file) }
}

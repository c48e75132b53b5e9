//! Files in memory.
//!
//! A file is read, not mapped: another process that shortens a mapped file ends this one by a signal, and one that changes it
//! changes what was checked. The pages are large ones where the system has them, as sums of points read here and there.

use std::fs::File;
use std::io;

use memmap2::MmapMut;
use rayon::prelude::*;

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// Reads a file on all cores. Returns its bytes, and what `look` makes of each chunk of them, in their order.
pub(crate) fn read<T: Send>(file: &File, look: impl Fn(&[u8]) -> T + Sync) -> io::Result<(Memory, Vec<T>)> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let length = usize::try_from(metadata.len()).map_err(io::Error::other)?;
    // There is no memory without a byte.
    let mut memory = MmapMut::map_anon(length.max(1))?;
    #[cfg(target_os = "linux")]
    // Where there are none, small pages do.
    let _ = memory.advise(memmap2::Advice::HugePage);
    let chunks = memory[..length].par_chunks_mut(CHUNK).enumerate();
    let looked = chunks.map(|(index, chunk)| {
        read_exact_at(file, chunk, (index * CHUNK) as u64).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::new(
                error.kind(),
                format!("it was cut short of its {length} bytes while it was read"),
            ),
            _ => error,
        })?;
        Ok(look(chunk))
    });
    let looked = looked.collect::<io::Result<Vec<T>>>()?;
    Ok((Memory { memory, length }, looked))
}

/// The bytes of a file.
pub(crate) struct Memory {
    memory: MmapMut,
    length: usize,
}

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        &self.memory[..self.length]
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[count..];
        at += count as u64;
    }
    Ok(())
}

//! The source files of a program and where included ones are found.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// A file among the [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileId(pub u32);

/// Largest source file, in bytes: positions are 32-bit, and a larger one is a mistake.
const LARGEST_FILE: u64 = 1 << 30;

/// One file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// The path, as diagnostics show it.
    pub path: PathBuf,
    /// The text.
    pub text: String,
    /// Whether it is among the embedded files, and not on disk.
    is_embedded: bool,
}

/// The files of a program: the main one, those it includes, and the places to look for them.
///
/// An included path is looked for relative to the including file, then in each library folder, then among the
/// embedded files.
#[derive(Debug, Default)]
pub struct Sources {
    main: Option<(PathBuf, Option<String>)>,
    libraries: Vec<PathBuf>,
    embedded: Vec<(&'static str, &'static str)>,
    files: Vec<SourceFile>,
}

impl Sources {
    /// Starts from a main file on disk.
    pub fn from_path(path: &Path) -> Self {
        Self { main: Some((path.to_owned(), None)), ..Self::default() }
    }

    /// Starts from the text of a main file; `path` is its name in diagnostics.
    pub fn from_text(path: &str, text: &str) -> Self {
        Self { main: Some((path.into(), Some(text.to_owned()))), ..Self::default() }
    }

    /// Adds a folder to search for included files.
    #[must_use]
    pub fn with_library(mut self, folder: &Path) -> Self {
        self.libraries.push(folder.to_owned());
        self
    }

    /// Adds files by path and text that are found when no folder has them.
    #[must_use]
    pub fn with_embedded(mut self, files: &[(&'static str, &'static str)]) -> Self {
        self.embedded.extend_from_slice(files);
        self
    }

    /// Returns a file that was read.
    ///
    /// # Panics
    /// When the id is not of these sources.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Returns line and column, counted from 1, of a byte of a file.
    pub fn position(&self, file: FileId, offset: u32) -> (usize, usize) {
        let text = &self.file(file).text;
        let before = text.get(..offset as usize).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    pub(crate) fn files(&self) -> &[SourceFile] {
        &self.files
    }

    pub(crate) fn read_main(&mut self) -> Result<FileId, String> {
        match self.main.take() {
            Some((path, Some(text))) => self.add(&path, text, false),
            Some((path, None)) => {
                let text = read(&path)?;
                self.add(&path, text, false)
            }
            None => Ok(FileId(0)),
        }
    }

    /// Reads an included file; `None` when it was read before.
    pub(crate) fn read_include(&mut self, from: FileId, path: &str) -> Result<Option<FileId>, String> {
        let SourceFile { path: from, is_embedded, .. } = self.file(from);
        let beside = from.parent().unwrap_or(Path::new("")).to_owned();
        let mut folders = Vec::new();
        if *is_embedded {
            // Embedded files include each other.
            if let Some(found) = self.read_embedded(&beside.join(path)) {
                return found;
            }
        } else {
            folders.push(beside);
        }
        folders.extend(self.libraries.iter().cloned());
        for folder in &folders {
            let candidate = normalize(&folder.join(path));
            if self.files.iter().any(|file| !file.is_embedded && file.path == candidate) {
                return Ok(None);
            }
            if candidate.is_file() {
                let text = read(&candidate)?;
                return self.add(&candidate, text, false).map(Some);
            }
        }
        if let Some(found) = self.read_embedded(Path::new(path)) {
            return found;
        }
        let searched: Vec<String> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
        Err(format!("`{path}` was not found in {}", searched.join(", ")))
    }

    /// Reads an embedded file, if there is one of this path.
    fn read_embedded(&mut self, path: &Path) -> Option<Result<Option<FileId>, String>> {
        let path = normalize(path);
        if self.files.iter().any(|file| file.is_embedded && file.path == path) {
            return Some(Ok(None));
        }
        let (name, text) = self.embedded.iter().copied().find(|(name, _)| Path::new(name) == path)?;
        Some(self.add(Path::new(name), text.to_owned(), true).map(Some))
    }

    fn add(&mut self, path: &Path, text: String, is_embedded: bool) -> Result<FileId, String> {
        let id = u32::try_from(self.files.len()).map_err(|_| "too many source files".to_owned())?;
        let path = normalize(path);
        self.files.push(SourceFile { path, text, is_embedded });
        Ok(FileId(id))
    }
}

fn read(path: &Path) -> Result<String, String> {
    let told = |error: std::io::Error| format!("`{}` could not be read: {error}", path.display());
    let length = fs::metadata(path).map_err(told)?.len();
    if length > LARGEST_FILE {
        return Err(format!("`{}` has {length} bytes, expected at most {LARGEST_FILE}", path.display()));
    }
    let bytes = fs::read(path).map_err(told)?;
    String::from_utf8(bytes).map_err(|error| {
        format!("`{}` is not UTF-8 at byte {}", path.display(), error.utf8_error().valid_up_to())
    })
}

/// Removes `.` and resolves `..` by name, so that a file has one path.
fn normalize(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(result.components().next_back(), Some(Component::Normal(_))) => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMBEDDED: [(&str, &str); 2] = [("lib/a.circom", "embedded a"), ("lib/b.circom", "embedded b")];

    fn text(sources: &Sources, id: FileId) -> &str {
        &sources.file(id).text
    }

    #[test]
    fn files_on_disk_come_before_embedded_ones() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lib")).unwrap();
        fs::write(folder.path().join("lib/a.circom"), "own a").unwrap();
        let main = folder.path().join("main.circom");
        let mut sources = Sources::from_text(&main.to_string_lossy(), "").with_embedded(&EMBEDDED);
        let main = sources.read_main().unwrap();
        let own = sources.read_include(main, "lib/a.circom").unwrap().unwrap();
        assert_eq!(text(&sources, own), "own a");
        let embedded = sources.read_include(main, "lib/b.circom").unwrap().unwrap();
        assert_eq!(text(&sources, embedded), "embedded b");
        assert_eq!(sources.read_include(main, "lib/a.circom"), Ok(None));
    }

    /// The folder of a main file without one is the current folder, which embedded paths must not be taken for.
    #[test]
    fn libraries_come_before_embedded_files_for_a_main_file_without_a_folder() {
        let library = tempfile::tempdir().unwrap();
        fs::create_dir(library.path().join("lib")).unwrap();
        fs::write(library.path().join("lib/a.circom"), "library a").unwrap();
        let mut sources =
            Sources::from_text("main.circom", "").with_embedded(&EMBEDDED).with_library(library.path());
        let main = sources.read_main().unwrap();
        let found = sources.read_include(main, "lib/a.circom").unwrap().unwrap();
        assert_eq!(text(&sources, found), "library a");
        // Embedded files include each other, whatever is in the library.
        let embedded = sources.read_include(main, "lib/b.circom").unwrap().unwrap();
        let other = sources.read_include(embedded, "../lib/a.circom").unwrap().unwrap();
        assert_eq!(text(&sources, other), "embedded a");
    }
}

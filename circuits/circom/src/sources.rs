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
    place: Place,
}

/// Where a file is, which says where those that it includes are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// On disk: beside it, in the libraries, then among the embedded files.
    Disk,
    /// The text of a main file, which is in no folder: among the embedded files, then in the libraries.
    Text,
    /// Among the embedded files, and nowhere else.
    Embedded,
}

/// The files of a program: the main one, those it includes, and the places to look for them.
///
/// What a file on disk includes is looked for beside it, then in each library folder, then among the embedded files. A
/// main file that is a text is in no folder, the current one neither: without a library, no file on disk is read for it.
/// Embedded files include each other alone.
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

    /// Starts from the text of a main file; `path` is its name in diagnostics, and says nothing of where includes are.
    pub fn from_text(path: &str, text: &str) -> Self {
        Self { main: Some((path.into(), Some(text.to_owned()))), ..Self::default() }
    }

    /// Adds a folder to search for included files.
    #[must_use]
    pub fn with_library(mut self, folder: &Path) -> Self {
        self.libraries.push(folder.to_owned());
        self
    }

    /// Adds files by path and text. A main file on disk finds them where no folder has a file of that path.
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
            Some((path, Some(text))) => self.add(&path, text, Place::Text),
            Some((path, None)) => {
                let text = read(&path)?;
                self.add(&path, text, Place::Disk)
            }
            None => Ok(FileId(0)),
        }
    }

    /// Reads an included file; `None` when it was read before.
    pub(crate) fn read_include(&mut self, from: FileId, path: &str) -> Result<Option<FileId>, String> {
        let SourceFile { path: from, place, .. } = self.file(from);
        let (beside, place) = (from.parent().unwrap_or(Path::new("")).to_owned(), *place);
        if place == Place::Embedded
            && let Some(found) = self.read_embedded(&beside.join(path))
        {
            return found;
        }
        if place != Place::Disk
            && let Some(found) = self.read_embedded(Path::new(path))
        {
            return found;
        }
        let folders = match place {
            Place::Disk => [&[beside], self.libraries.as_slice()].concat(),
            Place::Text => self.libraries.clone(),
            Place::Embedded => Vec::new(),
        };
        for folder in &folders {
            let candidate = normalize(&folder.join(path));
            if self.files.iter().any(|file| file.place == Place::Disk && file.path == candidate) {
                return Ok(None);
            }
            if candidate.is_file() {
                let text = read(&candidate)?;
                return self.add(&candidate, text, Place::Disk).map(Some);
            }
        }
        if place == Place::Disk
            && let Some(found) = self.read_embedded(Path::new(path))
        {
            return found;
        }
        let mut searched: Vec<String> =
            folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
        if searched.is_empty() {
            searched.push("the embedded files".to_owned());
        }
        Err(format!("`{path}` was not found in {}", searched.join(", ")))
    }

    /// Reads an embedded file, if there is one of this path.
    fn read_embedded(&mut self, path: &Path) -> Option<Result<Option<FileId>, String>> {
        let path = normalize(path);
        if self.files.iter().any(|file| file.place == Place::Embedded && file.path == path) {
            return Some(Ok(None));
        }
        let (name, text) = self.embedded.iter().copied().find(|(name, _)| Path::new(name) == path)?;
        Some(self.add(Path::new(name), text.to_owned(), Place::Embedded).map(Some))
    }

    fn add(&mut self, path: &Path, text: String, place: Place) -> Result<FileId, String> {
        let id = u32::try_from(self.files.len()).map_err(|_| "too many source files".to_owned())?;
        let path = normalize(path);
        self.files.push(SourceFile { path, text, place });
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

    /// Returns a folder with files that say `text` where the embedded ones are.
    fn hostile(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lib")).unwrap();
        for name in ["a", "b"] {
            fs::write(folder.path().join(format!("lib/{name}.circom")), text).unwrap();
        }
        folder
    }

    #[test]
    fn files_on_disk_come_before_embedded_ones_for_a_main_file_on_disk() {
        let folder = hostile("own");
        fs::remove_file(folder.path().join("lib/b.circom")).unwrap();
        let main = folder.path().join("main.circom");
        fs::write(&main, "").unwrap();
        let mut sources = Sources::from_path(&main).with_embedded(&EMBEDDED);
        let main = sources.read_main().unwrap();
        let own = sources.read_include(main, "lib/a.circom").unwrap().unwrap();
        assert_eq!(text(&sources, own), "own");
        let embedded = sources.read_include(main, "lib/b.circom").unwrap().unwrap();
        assert_eq!(text(&sources, embedded), "embedded b");
        assert_eq!(sources.read_include(main, "lib/a.circom"), Ok(None));
    }

    #[test]
    fn no_file_is_read_for_a_text_whatever_its_name_and_its_includes_say() {
        let folder = hostile("own");
        let whole = folder.path().join("lib/a.circom");
        for name in
            [folder.path().join("main.circom"), folder.path().join("lib/a.circom"), "main.circom".into()]
        {
            let mut sources = Sources::from_text(&name.to_string_lossy(), "").with_embedded(&EMBEDDED);
            let main = sources.read_main().unwrap();
            let found = sources.read_include(main, "lib/a.circom").unwrap().unwrap();
            assert_eq!(text(&sources, found), "embedded a");
            for (from, path) in [
                (main, whole.to_str().unwrap()),
                (found, whole.to_str().unwrap()),
                (main, "a.circom"),
                (main, "./other.circom"),
                (main, "../lib/c.circom"),
                (found, "../../lib/c.circom"),
                // A file that is surely in the current folder.
                (main, "Cargo.toml"),
                (found, "../Cargo.toml"),
            ] {
                let refused = sources.read_include(from, path).unwrap_err();
                assert!(refused.ends_with("was not found in the embedded files"), "{path}: {refused}");
            }
        }
    }

    #[test]
    fn embedded_files_include_each_other_whatever_is_in_the_libraries() {
        let library = hostile("library");
        fs::remove_file(library.path().join("lib/b.circom")).unwrap();
        fs::write(library.path().join("c.circom"), "library c").unwrap();
        let main = library.path().join("main.circom");
        fs::write(&main, "").unwrap();
        for sources in [Sources::from_text("main.circom", ""), Sources::from_path(&main)] {
            let mut sources = sources.with_embedded(&EMBEDDED).with_library(library.path());
            let main = sources.read_main().unwrap();
            let other = sources.read_include(main, "c.circom").unwrap().unwrap();
            assert_eq!(text(&sources, other), "library c");
            let embedded = sources.read_include(main, "lib/b.circom").unwrap().unwrap();
            assert_eq!(text(&sources, embedded), "embedded b");
            let found = sources.read_include(embedded, "../lib/a.circom").unwrap().unwrap();
            assert_eq!(text(&sources, found), "embedded a");
            sources.read_include(embedded, "../c.circom").unwrap_err();
        }
    }
}

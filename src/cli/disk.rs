//! Files on a disk: reading them with care, and the way from an import to its file.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use deployc::source::{LoadError, Loader, MOST_BYTES};

use super::trouble::io_in_words;

/// Why a file could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// There is none.
    Missing,
    /// It is a folder.
    Folder,
    /// It is a device, a pipe or a socket.
    Odd,
    /// It has more than [`MOST_BYTES`].
    TooLarge,
    /// It is not UTF-8.
    NotText(String),
    /// The system refused.
    Refused(io::Error),
}

impl ReadError {
    /// What is wrong, said of the file: "is a folder".
    pub fn in_words(&self) -> String {
        match self {
            ReadError::Missing => "does not exist".to_owned(),
            ReadError::Folder => "is a folder".to_owned(),
            ReadError::Odd => "is not a regular file".to_owned(),
            ReadError::TooLarge => format!(
                "is larger than {} MB, the most that deployc reads",
                MOST_BYTES / 1_000_000
            ),
            ReadError::NotText(why) => format!("is not UTF-8: {why}"),
            ReadError::Refused(error) => format!("can't be read: {}", io_in_words(error)),
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // `file/x`, where `file` is no folder
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Missing,
            _ => ReadError::Refused(error),
        }
    }
}

/// The text of a regular file.
pub fn read(path: &Path) -> Result<String, ReadError> {
    let (file, metadata) = open(path)?;
    if metadata.len() > MOST_BYTES as u64 {
        return Err(ReadError::TooLarge);
    }
    read_bounded(file, metadata.len())
}

/// Opens a regular file, without waiting for whoever holds the other end of what is none.
pub fn open(path: &Path) -> Result<(File, fs::Metadata), ReadError> {
    // Some devices do something when they are opened.
    regular(&fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A pipe may have been put in its place since.
        options.custom_flags(libc::O_NONBLOCK);
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    regular(&metadata)?;
    Ok((file, metadata))
}

fn regular(metadata: &fs::Metadata) -> Result<(), ReadError> {
    if metadata.is_dir() {
        Err(ReadError::Folder)
    } else if metadata.is_file() {
        Ok(())
    } else {
        Err(ReadError::Odd)
    }
}

/// The text of standard input.
pub fn read_stdin() -> Result<String, ReadError> {
    read_bounded(io::stdin().lock(), 0)
}

fn read_bounded(from: impl Read, expected: u64) -> Result<String, ReadError> {
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    from.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MOST_BYTES {
        return Err(ReadError::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        ReadError::NotText(not_text(error.as_bytes(), at))
    })
}

/// Says where text stops being UTF-8, and what it may be instead.
fn not_text(bytes: &[u8], at: usize) -> String {
    let zeros = bytes.iter().take(64).filter(|byte| **byte == 0).count();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || zeros >= 16 {
        return format!("it looks like UTF-16 (byte {at})");
    }
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line}, byte {at} of the file is 0x{:02X}", bytes[at])
}

/// The name under which a file is shown: relative where it can be, with forward slashes. Bytes that are
/// no UTF-8 are shown by their numbers, so that two files rarely have one name.
pub fn shown(path: &Path) -> String {
    let relative = std::env::current_dir()
        .ok()
        .and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_path_buf))
        .filter(|relative| !relative.as_os_str().is_empty());
    let path = relative.as_deref().unwrap_or(path);
    let name = join("", path);
    if name.is_empty() {
        ".".to_owned()
    } else {
        name
    }
}

fn visible(part: &OsStr) -> String {
    let mut name = String::new();
    for chunk in part.as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        for byte in chunk.invalid() {
            name.push_str(&format!("\\x{byte:02X}"));
        }
    }
    name
}

/// `path` seen from the folder `from`, with `.` and `..` worked out as far as they can be, as it is
/// shown.
fn join(from: &str, path: &Path) -> String {
    let joined = within(Path::new(from), path);
    let mut name = String::new();
    for component in joined.components() {
        match component {
            Component::Prefix(prefix) => name.push_str(&visible(prefix.as_os_str())),
            Component::RootDir => name.push('/'),
            part => {
                if !name.is_empty() && !name.ends_with('/') {
                    name.push('/');
                }
                name.push_str(&visible(part.as_os_str()));
            }
        }
    }
    if cfg!(windows) {
        name = name.replace('\\', "/");
    }
    name
}

/// `path` seen from the folder `from`, with `.` and `..` worked out as far as they can be by name.
fn within(from: &Path, path: &Path) -> PathBuf {
    let mut joined = PathBuf::new();
    for component in from.components().chain(path.components()) {
        match component {
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                joined.push(component);
            }
            Component::CurDir => {}
            Component::ParentDir => match joined.components().next_back() {
                Some(Component::Normal(_)) => {
                    joined.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                Some(Component::ParentDir | Component::CurDir) | None => joined.push(".."),
            },
        }
    }
    joined
}

/// What two ways of naming a file have in common: its absolute path, worked out by name.
pub fn absolute(path: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    within(&current, path)
}

/// The loader of one spec: its imports may reach every file of its project and none outside.
pub struct Disk {
    /// The spec, as it is shown.
    spec: String,
    folder: PathBuf,
    root: OnceLock<io::Result<PathBuf>>,
}

impl Disk {
    /// For the spec at `path`.
    pub fn of(path: &Path) -> Self {
        Disk {
            spec: shown(path),
            folder: folder_of(path),
            root: OnceLock::new(),
        }
    }

    /// The folder that holds the project, without symbolic links: the nearest one upwards with a
    /// `deployc.toml` or a `.git`, or else the spec's own.
    pub fn root(&self) -> Result<&Path, ReadError> {
        let root = self.root.get_or_init(|| {
            let folder = self.folder.canonicalize()?;
            Ok(project_of(&folder).unwrap_or(&folder).to_path_buf())
        });
        match root {
            Ok(root) => Ok(root),
            Err(error) => Err(io::Error::from(error.kind()).into()),
        }
    }

    /// The project's folder, without symbolic links, where a `deployc.toml` or a `.git` says which it
    /// is.
    pub fn project(&self) -> Option<PathBuf> {
        let folder = self.folder.canonicalize().ok()?;
        project_of(&folder).map(Path::to_path_buf)
    }

    /// The file that an import means, without symbolic links, if there is one.
    pub fn real(&self, from: &str, path: &str) -> Option<PathBuf> {
        self.resolve(from, path).ok().map(|(_, real)| real)
    }

    fn resolve(&self, from: &str, path: &str) -> Result<(String, PathBuf), LoadError> {
        let relative = Path::new(path);
        let odd = |component| matches!(component, Component::Prefix(_) | Component::RootDir);
        if relative.components().any(odd) || path.contains(['\0', '\\']) {
            return Err(LoadError::Outside);
        }
        let root = self.root().map_err(load_error)?;
        // The name as it is shown is not the path where that is no UTF-8.
        let from = match from == self.spec {
            true => self.folder.clone(),
            false => folder_of(Path::new(from)),
        };
        // First by name, so that no answer depends on what lies outside; then by what is really
        // there, since a link on the way may lead out.
        let folder = from
            .canonicalize()
            .map_err(|error| load_error(error.into()))?;
        let mut by_name = within(&folder, relative);
        let mut named = within(&from, relative);
        if !path.ends_with(".deploy") {
            by_name.as_mut_os_string().push(".deploy");
            named.as_mut_os_string().push(".deploy");
        }
        if !by_name.starts_with(root) {
            return Err(LoadError::Outside);
        }
        let real = by_name
            .canonicalize()
            .map_err(|error| load_error(error.into()))?;
        if !real.starts_with(root) {
            return Err(LoadError::Outside);
        }
        // `a/../b` is not `b` where `a` is a link
        let same = named.canonicalize().is_ok_and(|path| path == real);
        Ok((shown(if same { &named } else { &real }), real))
    }
}

/// The nearest folder upwards that has a `deployc.toml` or a `.git`.
fn project_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| {
        ["deployc.toml", ".git"]
            .iter()
            .any(|name| folder.join(name).exists())
    })
}

fn load_error(error: ReadError) -> LoadError {
    match error {
        ReadError::Missing => LoadError::Missing,
        other => LoadError::Unreadable(other.in_words()),
    }
}

/// The folder of a file; that of a bare name is the current one.
pub fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    }
}

impl Loader for Disk {
    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        let (shown, real) = self.resolve(from, path)?;
        let text = read(&real).map_err(load_error)?;
        Ok((shown, text))
    }
}

#[cfg(test)]
mod tests {
    use super::join;
    use std::path::Path;

    #[test]
    fn names_are_worked_out() {
        let cases = [
            ("", "./a.deploy", "a.deploy"),
            ("specs", "../common", "common"),
            ("specs/x", "./y/./z", "specs/x/y/z"),
            ("", "../../a", "../../a"),
            ("..", "../a", "../../a"),
            ("/srv", "../../a", "/a"),
            ("a", "/b", "/b"),
        ];
        for (from, path, expected) in cases {
            assert_eq!(join(from, Path::new(path)), expected, "{from} {path}");
        }
    }
}

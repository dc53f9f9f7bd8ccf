//! Writing files: whole or not at all, never where a link leads out, and never over what somebody else
//! has written since the file was read.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::disk::{self, Disk};
use super::trouble::Trouble;

/// What stands in a place where something is to be written.
#[derive(Clone, Copy, Debug)]
pub enum Expected<'a> {
    /// A file with this text, as it was read. With any other text it is left as it is.
    Text(&'a str),
    /// Nothing. What came since is left as it is.
    Nothing,
    /// Whatever it is, it may go.
    Anything,
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub struct Replacing<'a> {
    /// What is written over.
    pub expected: Expected<'a>,
    /// The file gets the right to run.
    pub runs: bool,
    /// A link is followed only where it stays below this folder, a path without links.
    pub root: &'a Path,
}

/// Puts `text` in the place of the file at `path`, which keeps its permissions and its owner. Returns
/// what there is to say about it, if there is something.
pub fn replace(path: &Path, text: &str, how: Replacing<'_>) -> Result<Option<String>, Trouble> {
    let shown = disk::shown(path);
    let refused = |error: io::Error| Trouble::io(format!("`{shown}` can't be written"), error);
    let worked = |what: &str| Trouble::worked(format!("`{shown}` {what}"));
    // The file itself may not exist yet: its folder tells where it would come to lie.
    let mut real = disk::folder_of(path)
        .canonicalize()
        .map_err(refused)?
        .join(path.file_name().unwrap_or_default());
    let is_link = |metadata: fs::Metadata| metadata.file_type().is_symlink();
    if fs::symlink_metadata(&real).is_ok_and(is_link) {
        real = real.canonicalize().map_err(refused)?;
    }
    if !real.starts_with(how.root) {
        return Err(worked(&format!(
            "leads to `{}`, which lies outside of `{}`",
            disk::shown(&real),
            disk::shown(how.root)
        ))
        .help("nothing was written there"));
    }
    let before = match fs::metadata(&real) {
        Ok(metadata) if metadata.is_dir() => return Err(worked("is a folder")),
        Ok(metadata) if !metadata.is_file() => return Err(worked("is not a regular file")),
        Ok(metadata) if metadata.permissions().readonly() => return Err(worked("is read-only")),
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(refused(error)),
    };
    let file = beside(&real, text, how.runs, before.as_ref()).map_err(refused)?;
    let changed = || {
        worked("has changed since it was read, and is left as it is").help("run the command again")
    };
    match how.expected {
        Expected::Anything => {}
        Expected::Nothing => {
            let there = || fs::symlink_metadata(&real).is_ok();
            let put = match file.persist_noclobber(&real) {
                Err(error) if !there() => error.file.persist(&real).map(|_| ()),
                put => put.map(|_| ()),
            };
            return match put {
                Ok(()) => {
                    settle(&real);
                    Ok(None)
                }
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(changed()),
                Err(error) => Err(refused(error.error)),
            };
        }
        // Between this look and the rename nothing else is done.
        Expected::Text(expected) => {
            if !is_still(&real, expected) {
                return Err(changed());
            }
        }
    }
    file.persist(&real).map_err(|error| refused(error.error))?;
    settle(&real);
    Ok(before
        .as_ref()
        .and_then(|before| other_names(&shown, before)))
}

/// A new file beside another, with its permissions and its owner, whole and on the disk.
fn beside(
    real: &Path,
    text: &str,
    runs: bool,
    before: Option<&fs::Metadata>,
) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".deployc-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // for a new file; the umask of the process applies
        builder.permissions(fs::Permissions::from_mode(if runs { 0o777 } else { 0o666 }));
    }
    let mut file = builder.tempfile_in(disk::folder_of(real))?;
    file.write_all(text.as_bytes())?;
    if let Some(before) = before {
        keep_owner(file.as_file(), before)?;
        let permissions = before.permissions();
        file.as_file().set_permissions(if runs {
            running(permissions)
        } else {
            permissions
        })?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives a new file the owner and the group of the one that it replaces. Who may not do that may not
/// replace it.
fn keep_owner(file: &fs::File, before: &fs::Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let now = file.metadata()?;
        if (now.uid(), now.gid()) != (before.uid(), before.gid()) {
            fchown(file, Some(before.uid()), Some(before.gid())).map_err(|error| {
                let why = "its owner or its group could not be kept";
                io::Error::new(error.kind(), why)
            })?;
        }
    }
    #[cfg(not(unix))]
    let _ = (file, before);
    Ok(())
}

/// Whether a file has this text, and had it for as long as it took to look.
fn is_still(path: &Path, text: &str) -> bool {
    let look = || -> Result<bool, disk::ReadError> {
        let (file, before) = disk::open(path)?;
        let mut bytes = Vec::new();
        file.take(text.len() as u64 + 1).read_to_end(&mut bytes)?;
        let after = fs::symlink_metadata(path)?;
        Ok(bytes == text.as_bytes() && mark(&before) == mark(&after))
    };
    look().unwrap_or(false)
}

/// What changes whenever a file is written or another takes its place.
fn mark(metadata: &fs::Metadata) -> impl PartialEq {
    let times = (metadata.modified().ok(), metadata.len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let inode = (metadata.dev(), metadata.ino());
        (times, inode, metadata.ctime(), metadata.ctime_nsec())
    }
    #[cfg(not(unix))]
    times
}

/// Has the folder remember a new name after a loss of power. The file is whole without it.
fn settle(path: &Path) {
    #[cfg(unix)]
    if let Ok(folder) = fs::File::open(disk::folder_of(path)) {
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// That a file had other names (hard links), which now stand for its old text.
fn other_names(shown: &str, before: &fs::Metadata) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let others = before.nlink().saturating_sub(1);
        (others > 0).then(|| {
            let names = if others == 1 { "name" } else { "names" };
            format!("`{shown}` has {others} other {names} (hard links) with the old text")
        })
    }
    #[cfg(not(unix))]
    {
        let _ = (shown, before);
        None
    }
}

/// Puts `text` in the place of a spec that was read with the text `before`. A link is followed only
/// inside of the spec's project.
pub fn replace_spec(path: &Path, before: &str, text: &str) -> Result<Option<String>, Trouble> {
    let disk = Disk::of(path);
    let root = disk.root().map_err(|error| {
        Trouble::worked(format!("`{}` {}", disk::shown(path), error.in_words()))
    })?;
    let how = Replacing {
        expected: Expected::Text(before),
        runs: false,
        root,
    };
    replace(path, text, how)
}

/// The permissions with the right to run for everybody who may read.
fn running(permissions: fs::Permissions) -> fs::Permissions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = permissions.mode();
        fs::Permissions::from_mode(mode | ((mode & 0o444) >> 2))
    }
    #[cfg(not(unix))]
    permissions
}

/// Where the file `name` of the folder `out` lies. The name may not lead out of the folder. With a
/// `root`, the folder's path without links, folders on the way are made, none of them outside.
pub fn inside(out: &Path, name: &str, root: Option<&Path>) -> Result<PathBuf, Trouble> {
    let outside = || Trouble::worked(format!("`{name}` does not lie in `{}`", disk::shown(out)));
    let mut path = out.to_path_buf();
    let mut components = Path::new(name).components().peekable();
    if components.peek().is_none() {
        return Err(outside());
    }
    while let Some(component) = components.next() {
        let Component::Normal(part) = component else {
            return Err(outside());
        };
        path.push(part);
        let Some(root) = root.filter(|_| components.peek().is_some()) else {
            continue;
        };
        let refused = |error: io::Error| {
            let shown = disk::shown(&path);
            Trouble::io(format!("the folder `{shown}` can't be made"), error)
        };
        match fs::create_dir(&path) {
            Err(error) if !path.is_dir() => return Err(refused(error)),
            Ok(()) | Err(_) => {}
        }
        if !path.canonicalize().map_err(refused)?.starts_with(root) {
            return Err(outside());
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::replace_spec;
    use std::fs;

    #[test]
    fn what_changed_since_it_was_read_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.deploy");
        for newer in ["old and new", "", "ol", "OLD", "\u{feff}old"] {
            fs::write(&path, newer).expect("written");
            let trouble = replace_spec(&path, "old", "mine").expect_err("it has changed");
            assert!(
                trouble.to_string().contains("has changed since"),
                "{trouble}"
            );
            assert_eq!(fs::read_to_string(&path).expect("there"), newer);
        }
        fs::write(&path, "old").expect("written");
        replace_spec(&path, "old", "mine").expect("it is the same");
        assert_eq!(fs::read_to_string(&path).expect("there"), "mine");
        fs::remove_file(&path).expect("removed");
        replace_spec(&path, "mine", "again").expect_err("it is gone");
        assert!(!path.exists());
        let left = fs::read_dir(folder.path()).expect("there").count();
        assert_eq!(left, 0, "nothing is left beside it");
    }
}

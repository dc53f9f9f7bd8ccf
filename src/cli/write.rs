//! Writing files: whole or not at all, and never where a link leads out.

use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use tempfile::Builder;

use super::disk::{self, Disk};
use super::trouble::Trouble;

/// Puts `text` in the place of the file at `path`, which keeps its permissions; `runs` adds the
/// right to run it. A link is followed only where it stays below `root`, a path without links.
pub fn replace(path: &Path, text: &str, runs: bool, root: &Path) -> Result<(), Trouble> {
    let shown = disk::shown(path);
    let refused = |error: io::Error| Trouble::io(format!("`{shown}` can't be written"), error);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    // The file itself may not exist yet: its folder tells where it would come to lie.
    let mut real = folder
        .canonicalize()
        .map_err(refused)?
        .join(path.file_name().unwrap_or_default());
    let is_link = |metadata: fs::Metadata| metadata.file_type().is_symlink();
    if fs::symlink_metadata(&real).is_ok_and(is_link) {
        real = real.canonicalize().map_err(refused)?;
    }
    if !real.starts_with(root) {
        return Err(Trouble::worked(format!(
            "`{shown}` leads to `{}`, which lies outside of `{}`",
            real.display(),
            disk::shown(root)
        ))
        .help("nothing was written there"));
    }
    let before = match fs::metadata(&real) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(Trouble::worked(format!("`{shown}` is a folder")));
        }
        Ok(metadata) if !metadata.is_file() => {
            return Err(Trouble::worked(format!("`{shown}` is not a regular file")));
        }
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(Trouble::worked(format!("`{shown}` is read-only")));
        }
        Ok(metadata) => Some(metadata.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(refused(error)),
    };
    let mut builder = Builder::new();
    builder.prefix(".deployc-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // for a new file; the umask of the process applies
        builder.permissions(fs::Permissions::from_mode(if runs { 0o777 } else { 0o666 }));
    }
    let folder = real.parent().unwrap_or(root);
    let mut file = builder.tempfile_in(folder).map_err(refused)?;
    file.write_all(text.as_bytes()).map_err(refused)?;
    if let Some(permissions) = before {
        let permissions = if runs {
            running(permissions)
        } else {
            permissions
        };
        file.as_file()
            .set_permissions(permissions)
            .map_err(refused)?;
    }
    file.as_file().sync_all().map_err(refused)?;
    file.persist(&real).map_err(|error| refused(error.error))?;
    Ok(())
}

/// Puts `text` in the place of a spec. A link is followed only inside of the spec's project.
pub fn replace_in_project(path: &Path, text: &str) -> Result<(), Trouble> {
    let disk = Disk::of(&path.to_string_lossy());
    let root = disk.root().map_err(|error| {
        Trouble::worked(format!("`{}` {}", disk::shown(path), error.in_words()))
    })?;
    replace(path, text, false, root)
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
        if !path.exists() {
            fs::create_dir(&path).map_err(refused)?;
        }
        if !path.canonicalize().map_err(refused)?.starts_with(root) {
            return Err(outside());
        }
    }
    Ok(path)
}

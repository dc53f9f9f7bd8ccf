//! From the addresses of editors to the paths of the compiler, and back.
//!
//! A path is absolute and has forward slashes. What is no file (`untitled:Untitled-1`) keeps its
//! address as its path: nothing can be read beside it, and everything else works.

use std::fmt::Write;
use std::str::FromStr;

use lsp_types::Uri;

/// The path of an address.
pub(super) fn path_of(uri: &Uri) -> String {
    let text = uri.as_str();
    let Some(rest) = text.strip_prefix("file://") else {
        return text.to_owned();
    };
    // An authority (`file://server/share`) is kept as a network path.
    let path = decode(rest);
    if !path.starts_with('/') {
        return format!("//{path}");
    }
    let bytes = path.as_bytes();
    let drive = bytes.len() > 2 && bytes[1].is_ascii_alphabetic() && bytes[2] == b':';
    if drive {
        format!("{}{}", path[1..2].to_ascii_uppercase(), &path[2..])
    } else {
        path
    }
}

/// The address of a path; nothing where it can't be written as one.
pub(super) fn uri_of(path: &str) -> Option<Uri> {
    let is_file = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
    if !is_file {
        return Uri::from_str(path).ok();
    }
    let mut text = String::from("file://");
    let path = match path.strip_prefix("//") {
        Some(network) => network,
        None if path.starts_with('/') => path,
        None => {
            text.push('/');
            path
        }
    };
    for byte in path.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~' | b':');
        if plain {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    Uri::from_str(&text).ok()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let digits = more.get(..2).and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        match (first, digits) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            (first, _) => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The folder of a path; empty where it has none.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `path` as it is written in a `use`, seen from the folder of the file `from`; `.deploy` may be
/// left out.
pub(super) fn join(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder(from).split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut joined = parts.join("/");
    if !joined.ends_with(".deploy") {
        joined.push_str(".deploy");
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::{join, path_of, uri_of};
    use std::str::FromStr;

    #[test]
    fn there_and_back() {
        for path in [
            "/srv/a b/ü#?.deploy",
            "/x.deploy",
            "C:/specs/a.deploy",
            "untitled:Untitled-1",
        ] {
            let uri = uri_of(path).expect("it can be written");
            assert_eq!(path_of(&uri), path, "{}", uri.as_str());
        }
        let uri = lsp_types::Uri::from_str("file:///c%3A/specs/a.deploy").expect("an address");
        assert_eq!(path_of(&uri), "C:/specs/a.deploy");
    }

    #[test]
    fn imports_are_seen_from_their_file() {
        assert_eq!(join("/a/b/c.deploy", "./d"), "/a/b/d.deploy");
        assert_eq!(join("/a/b/c.deploy", "../d.deploy"), "/a/d.deploy");
    }
}

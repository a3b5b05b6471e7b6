//! The HS256 key that is made on the first start and kept in DATA_DIR.

use crate::config::{MIN_SECRET, Secret, Storage, Tokens};
use anyhow::{Context, Result, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{fs, io::Write, path::Path};

const FILE: &str = "jwt-secret";

/// The configured key, else the one kept in DATA_DIR, which is made if there is none. Processes that start together get
/// the same one.
///
/// # Errors
/// The file can't be written or read, or what it holds is too short.
pub fn load(tokens: &Tokens, storage: &Storage) -> Result<Secret> {
    match &tokens.secret {
        Some(secret) => Ok(secret.clone()),
        None => kept(&storage.data_dir),
    }
}

fn kept(data_dir: &Path) -> Result<Secret> {
    let path = data_dir.join(FILE);
    if !path.exists() {
        make(data_dir, &path).with_context(|| format!("The token key can't be kept in {}", path.display()))?;
    }
    let text =
        fs::read_to_string(&path).with_context(|| format!("The token key in {} can't be read", path.display()))?;
    let text = text.trim();
    if text.len() < MIN_SECRET {
        bail!(
            "The token key in {} is shorter than {MIN_SECRET} bytes; delete the file to have a new one made",
            path.display()
        );
    }
    Ok(Secret(text.to_owned()))
}

/// Writes the key under a name of its own and links it to the final one: whoever is first wins, nobody reads half a key.
fn make(data_dir: &Path, path: &Path) -> Result<()> {
    fs::create_dir_all(data_dir)?;
    let draft = data_dir.join(format!("{FILE}.{}", uuid::Uuid::new_v4()));
    let mut file = private_file(&draft)?;
    file.write_all(URL_SAFE_NO_PAD.encode(random::<48>()?).as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn private_file(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Bytes that nobody can guess.
///
/// # Errors
/// The operating system has none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("The system gives no random bytes: {error}"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_is_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().join("data");
        let first = kept(&data_dir).unwrap();
        assert!(first.0.len() >= MIN_SECRET);
        assert_eq!(kept(&data_dir).unwrap(), first);
        let names: Vec<_> = fs::read_dir(&data_dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(data_dir.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn those_who_start_together_get_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let keys = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| kept(dir.path()).unwrap().0)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn a_short_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "short").unwrap();
        assert!(kept(dir.path()).unwrap_err().to_string().contains("shorter than 32 bytes"));
    }
}

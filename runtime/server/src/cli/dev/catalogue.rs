//! Providers that are asked elsewhere than where their entries say: a stand-in, a recording proxy.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use anyhow::Context;
use syncline_providers::Catalogue;
use url::Url;

use crate::catalogue::{self, Own};
use crate::config::ConfigError;

/// `github=http://127.0.0.1:4000`
#[derive(Clone, Debug)]
pub(super) struct Replacement {
    provider: String,
    url: Url,
}

impl FromStr for Replacement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (provider, url) = text.split_once('=').ok_or("write PROVIDER=URL, such as github=http://127.0.0.1:4000")?;
        let url: Url = url.parse().map_err(|error| format!("`{url}` is no URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() {
            return Err(format!("`{url}` must begin with http:// or https:// and have no query"));
        }
        Ok(Self { provider: provider.to_owned(), url })
    }
}

/// Writes the author's entries and the replaced ones to a folder, for a server to read.
pub(super) fn write(folder: &Path, own: Own<'_>, replacements: &[Replacement]) -> anyhow::Result<()> {
    let mut entries: BTreeMap<String, String> = BTreeMap::new();
    for file in own.folder.map(files).transpose()?.unwrap_or_default() {
        let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        entries.insert(file.file_name().unwrap_or_default().to_string_lossy().into_owned(), text);
    }
    // As files like the others, so that they can be asked elsewhere too. Whether a key stands twice, the server finds out.
    for one in own.file.map(catalogue::read_import).transpose()?.unwrap_or_default() {
        if let Err(defects) = &one.entry {
            return Err(defects[0].clone().into());
        }
        entries.insert(format!("imported {}.yaml", one.key), one.to_yaml());
    }
    for Replacement { provider, url } in replacements {
        let key = format!("key: {provider}");
        let own = entries.iter().find(|(_, text)| text.lines().any(|line| line.trim_end() == key)).map(|(name, text)| (name.clone(), text));
        let (name, text) = match own {
            Some((name, text)) => {
                let moved = elsewhere(text, url);
                (name, moved.ok_or_else(|| ConfigError::new(format!("the entry of {provider} has no proxy.base_url to replace")))?)
            }
            None => (format!("{provider}.yaml"), shipped_elsewhere(provider, url)?),
        };
        entries.insert(name, text);
    }
    // Not what an earlier start left in a folder that stays.
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for (name, text) in entries {
        std::fs::write(folder.join(&name), text).with_context(|| format!("{name} cannot be written to {}", folder.display()))?;
    }
    Ok(())
}

fn files(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let listed = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let listed = listed.with_context(|| format!("the folder {} cannot be read", folder.display()))?;
    let is_entry = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    Ok(listed.iter().map(std::fs::DirEntry::path).filter(is_entry).collect())
}

/// The shipped entry with another `proxy.base_url`.
fn shipped_elsewhere(provider: &str, url: &Url) -> anyhow::Result<String> {
    let catalogue = Catalogue::embedded();
    let unknown = || ConfigError::new(format!("there is no provider `{provider}`; `syncline providers search` shows those that there are"));
    let entry = catalogue.get(provider).ok_or_else(unknown)?;
    if entry.proxy.base_url.is_none() {
        return Err(ConfigError::new(format!("the entry of {provider} has no proxy.base_url to replace")).into());
    }
    Ok(format!("key: {provider}\nbase: {provider}\nproxy:\n  base_url: {}\n", url.as_str().trim_end_matches('/')))
}

/// The entry with another `proxy.base_url`. By line, so that comments and the rest stay as they are.
fn elsewhere(entry: &str, url: &Url) -> Option<String> {
    let mut inside = false;
    let mut replaced = false;
    let lines = entry.lines().map(|line| {
        if !line.starts_with([' ', '#']) {
            inside = line.trim_end() == "proxy:";
        }
        if inside && !replaced && line.starts_with("  base_url:") {
            replaced = true;
            return format!("  base_url: {}", url.as_str().trim_end_matches('/'));
        }
        line.to_owned()
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    replaced.then(|| text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_provider_with_an_address_can_be_asked_elsewhere() {
        let url: Url = "http://127.0.0.1:4000".parse().unwrap();
        for entry in Catalogue::embedded().iter() {
            // Of any host: each request names its own.
            let Ok(text) = shipped_elsewhere(&entry.key, &url) else {
                assert!(entry.proxy.base_url.is_none(), "{}", entry.key);
                continue;
            };
            let moved = syncline_providers::parse_entry(Path::new("x.yaml"), &text).unwrap_or_else(|defect| panic!("{defect}"));
            assert_eq!((&moved.key, &moved.sources), (&entry.key, &entry.sources));
            assert_eq!(moved.proxy.base_url.unwrap().source(), "http://127.0.0.1:4000");
        }
    }

    #[test]
    fn a_wrong_replacement_says_how_to_write_it() {
        assert!("github".parse::<Replacement>().unwrap_err().contains("PROVIDER=URL"));
        assert!("github=ftp://x".parse::<Replacement>().unwrap_err().contains("http://"));
        let dir = tempfile::tempdir().unwrap();
        let unknown = "nobody=http://127.0.0.1:1".parse::<Replacement>().unwrap();
        assert!(write(&dir.path().join("x"), Own::default(), &[unknown]).unwrap_err().to_string().contains("nobody"));
        let github = "github=http://127.0.0.1:4000".parse::<Replacement>().unwrap();
        write(&dir.path().join("x"), Own::default(), &[github]).unwrap();
        let text = std::fs::read_to_string(dir.path().join("x/github.yaml")).unwrap();
        assert!(text.contains("\n  base_url: http://127.0.0.1:4000\n"), "{text}");
    }
}

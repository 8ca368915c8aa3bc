//! The files that browsers load, embedded. `build.rs` finds them; a new file below `assets/` needs no line anywhere.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file for a browser.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The whole of it.
    pub bytes: &'static [u8],
    /// For `Content-Type`.
    pub content_type: &'static str,
    /// For `ETag`, with its quotes.
    pub etag: &'static str,
    /// The path that was asked for names the folder's version: under this path it never changes.
    pub is_versioned: bool,
}

/// The file at `FOLDER/...` or `FOLDER/VERSION/...`.
///
/// Any version finds it, because during an upgrade a page of one server may load its files from another; only the right one is for ever.
pub fn asset(path: &str) -> Option<Asset> {
    let find = |path: &str| FILES.iter().find(|(name, _)| *name == path).map(|(_, asset)| *asset);
    let (folder, rest) = path.split_once('/')?;
    match rest.split_once('/') {
        Some((version, rest)) if version.starts_with("v-") => {
            let asset = find(&format!("{folder}/{rest}"))?;
            Some(Asset { is_versioned: self::version(folder) == Some(version), ..asset })
        }
        _ => find(path),
    }
}

/// What changes when any file of the folder does. Pages put it into the addresses of what they load.
pub fn version(folder: &str) -> Option<&'static str> {
    VERSIONS.iter().find(|(name, _)| *name == folder).map(|(_, version)| *version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_loads_its_files_by_version() {
        let version = version("connect").unwrap();
        let page = asset("connect/index.html").unwrap();
        let text = std::str::from_utf8(page.bytes).unwrap();
        assert!(text.contains(&format!("src=\"{version}/connect.js\"")) && !text.contains("{version}"), "{text}");
        assert!(!page.is_versioned);

        let script = asset(&format!("connect/{version}/connect.js")).unwrap();
        assert!(script.is_versioned);
        let other = asset("connect/v-0000000000000000/connect.js").unwrap();
        assert!(!other.is_versioned && other.bytes == script.bytes, "served, but not for ever");
        assert_eq!(asset("connect/connect.js").unwrap().etag, script.etag);
    }

    #[test]
    fn nothing_else_is_found() {
        for path in ["", "connect", "connect/", "connect/../console/console.css", "connect//connect.js", "connect/v-1", "other/connect.js"]
        {
            assert!(asset(path).is_none(), "{path}");
        }
    }

    /// Each language says the same things about the same values.
    #[test]
    fn every_phrase_exists_in_every_language() {
        let read = |name: &str| -> serde_json::Map<String, serde_json::Value> {
            serde_json::from_slice(asset(&format!("connect/words/{name}.json")).unwrap().bytes).unwrap()
        };
        let places = |phrase: &str| -> Vec<String> {
            let mut found: Vec<_> = phrase.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect();
            found.sort();
            found.dedup();
            found
        };
        let english = read("en");
        for language in ["de", "fr", "es"] {
            let words = read(language);
            assert_eq!(words.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{language}");
            for (key, phrase) in &words {
                let (phrase, english) = (phrase.as_str().unwrap(), english[key].as_str().unwrap());
                assert_eq!(places(phrase), places(english), "{language} {key}");
            }
        }
    }
}

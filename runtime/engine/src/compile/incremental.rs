//! Functions that were compiled before, by their own content.
//!
//! Components of one language share their runtime: those in JavaScript differ in their data and hold the same 2,000 functions. Compiling the
//! second one costs a quarter of the first.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use wasmtime::CacheStore;

use crate::Digest;
use crate::cache::Cache;

/// QuickJS with zod takes 9 MB; beyond this everything is forgotten, which costs time and nothing else.
const MAX_BYTES: usize = 64 << 20;

/// What they are filed under in the cache's folder, beside components.
const FILED_AS: &[u8] = b"functions of components, one by one";

/// Kept in memory, and in one file of the cache between processes.
#[derive(Debug, Default)]
pub(crate) struct CompiledFunctions(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    functions: HashMap<Vec<u8>, Arc<[u8]>>,
    bytes: usize,
    changed: bool,
}

impl CompiledFunctions {
    /// Takes in what an earlier process filed. A file that does not read is as good as none.
    pub(crate) fn load(&self, cache: &Cache) {
        let Some(file) = cache.read(Digest::of(FILED_AS)) else { return };
        let mut held = self.0.lock().expect("nothing panics while it is held");
        let mut rest = file.as_slice();
        while let (Some(key), Some(value)) = (take(&mut rest), take(&mut rest)) {
            held.bytes += key.len() + value.len();
            held.functions.insert(key.to_vec(), value.into());
        }
    }

    /// Files them, if there are new ones.
    pub(crate) fn save(&self, cache: &Cache) -> std::io::Result<()> {
        let mut held = self.0.lock().expect("nothing panics while it is held");
        if !std::mem::take(&mut held.changed) {
            return Ok(());
        }
        let mut file = Vec::with_capacity(held.bytes + 8 * held.functions.len());
        for (key, value) in &held.functions {
            put(&mut file, key);
            put(&mut file, value);
        }
        drop(held);
        cache.write(Digest::of(FILED_AS), &file)
    }
}

impl CacheStore for CompiledFunctions {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let found = self.0.lock().expect("nothing panics while it is held").functions.get(key).cloned();
        found.map(|value| Cow::Owned(value.to_vec()))
    }

    fn insert(&self, key: &[u8], value: Vec<u8>) -> bool {
        let mut held = self.0.lock().expect("nothing panics while it is held");
        if held.bytes + key.len() + value.len() > MAX_BYTES {
            *held = Held::default();
        }
        held.bytes += key.len() + value.len();
        held.changed = true;
        held.functions.insert(key.to_vec(), value.into());
        true
    }
}

fn put(file: &mut Vec<u8>, part: &[u8]) {
    file.extend_from_slice(&u32::try_from(part.len()).expect("a function's code is small").to_le_bytes());
    file.extend_from_slice(part);
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (len, after) = rest.split_first_chunk::<4>()?;
    let (part, after) = after.split_at_checked(u32::from_le_bytes(*len) as usize)?;
    *rest = after;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn what_one_process_compiled_the_next_one_finds_unless_it_was_touched() {
        let dir = tempfile::tempdir().unwrap();
        let engine = wasmtime::Engine::new(&config::compiling()).unwrap();
        let cache = Cache::open(dir.path().to_owned(), [7; 32], &engine).unwrap();
        let first = CompiledFunctions::default();
        assert!(first.insert(b"one", vec![1, 2, 3]) && first.insert(b"two", Vec::new()));
        first.save(&cache).unwrap();
        let second = CompiledFunctions::default();
        second.load(&cache);
        assert_eq!(second.get(b"one").as_deref(), Some(&[1, 2, 3][..]));
        assert_eq!(second.get(b"two").as_deref(), Some(&[][..]));
        assert!(second.get(b"three").is_none());

        let file = std::fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[4] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let third = CompiledFunctions::default();
        third.load(&cache);
        assert!(third.get(b"one").is_none());
    }

    #[test]
    fn too_much_is_forgotten_instead_of_kept() {
        let functions = CompiledFunctions::default();
        functions.insert(b"old", vec![0; MAX_BYTES - 3]);
        functions.insert(b"new", vec![0]);
        assert!(functions.get(b"old").is_none() && functions.get(b"new").is_some());
    }
}

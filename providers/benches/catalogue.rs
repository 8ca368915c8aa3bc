//! What the whole catalogue costs: at start, to list, and for each letter that somebody types.
//!
//! `cargo bench -p syncline-providers`

use std::hint::black_box;
use std::time::{Duration, Instant};

use syncline_providers::{Catalogue, Language, Search, to_wire};

fn main() {
    // Cargo passes `--bench`; a plain `cargo test --benches` does not, and then there is nothing to do.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let before = resident_kb();
    let (catalogue, start) = timed(Catalogue::embedded);
    told("start", start, before);
    println!("  {} entries", catalogue.summaries().len());

    for text in ["g", "git", "crm oauth2", "nothing at all"] {
        let search = Search { text, ..Search::default() };
        let (found, first) = timed(|| catalogue.search(&search).len());
        let (_, hundred) = timed(|| (0..100).map(|_| black_box(catalogue.search(&search)).len()).sum::<usize>());
        println!("search `{text}`: {found} found, first {first:?}, then {:?}", hundred / 100);
    }
    let before = resident_kb();
    let (bytes, listed) = timed(|| catalogue.iter().map(|entry| to_wire(&entry, Language::En).to_string().len()).sum::<usize>());
    told(&format!("list, {bytes} bytes"), listed, before);
    let before = resident_kb();
    let (_, kept) = timed(|| {
        let keys: Vec<String> = catalogue.summaries().map(|one| one.key.clone().into_owned()).collect();
        keys.iter().filter(|key| black_box(catalogue.get(key)).is_some()).count()
    });
    told("every entry used", kept, before);
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let made = work();
    (made, start.elapsed())
}

fn told(what: &str, took: Duration, before_kb: usize) {
    println!("{what}: {took:?}, {} KB resident", resident_kb().saturating_sub(before_kb));
}

fn resident_kb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

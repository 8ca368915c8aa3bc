//! Texts that are no such file, or that want more than they give.

use std::fmt::Write as _;
use std::time::Instant;

use super::*;

fn unreadable(text: &str) -> (usize, String) {
    let defect = import(Path::new("providers.yaml"), text).expect_err(&text[..text.len().min(80)]);
    assert!(defect.to_string().starts_with(&format!("providers.yaml:{}: ", defect.line)));
    (defect.line, defect.problem)
}

#[test]
fn a_text_that_is_no_map_of_definitions_is_refused_with_its_line() {
    let map = "must be a map from the keys of providers to their definitions";
    for text in ["", "[]", "- acme", "acme", "42", "null", "~"] {
        assert_eq!(unreadable(text), (1, map.to_owned()), "{text:?}");
    }
    // Tabs, what does not end, two documents, a key twice.
    assert_eq!(unreadable("acme:\n\tauth_mode: NONE\n").0, 2);
    assert!(unreadable("acme:\n  auth_mode: \"NONE\n").0 >= 2);
    assert!(unreadable("a: {}\n---\nb: {}\n").0 >= 1);
    let (line, problem) = unreadable("acme: {auth_mode: NONE}\nother: {}\nacme: {auth_mode: BASIC}\n");
    assert!(line == 3 && problem.contains("duplicate mapping key"), "{line}: {problem}");
    assert_eq!(unreadable("acme:\n  auth_mode: NONE\n  docs: a\n  docs: b\n").0, 4);
    assert!(unreadable("acme: *nobody\n").1.contains("is not YAML that can be read"));
}

#[test]
fn a_file_that_is_too_large_is_not_parsed() {
    let large = format!("{}# {}\n", file_of("auth_mode: NONE"), "x".repeat(10 * 1024 * 1024));
    let began = Instant::now();
    let (line, problem) = unreadable(&large);
    assert!(line == 1 && problem.contains("are the most that is read"), "{problem}");
    assert!(began.elapsed().as_millis() < 500, "{:?}", began.elapsed());
}

#[test]
fn a_bomb_of_anchors_goes_off_unnoticed() {
    let mut bomb = "a0: &a0 {x: y}\n".to_owned();
    for at in 1..40 {
        let before = at - 1;
        writeln!(bomb, "a{at}: &a{at} [*a{before}, *a{before}, *a{before}, *a{before}, *a{before}, *a{before}, *a{before}, *a{before}]")
            .unwrap();
    }
    let began = Instant::now();
    let (_, problem) = unreadable(&bomb);
    assert!(problem.contains("is not YAML that can be read"), "{problem}");
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    let deep = format!("acme: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(unreadable(&deep).1.contains("is not YAML that can be read"));
    let wide = (0..MANY).fold(String::new(), |text, at| text + &format!("a{at}: 1\n"));
    assert!(unreadable(&wide).1.contains("is not YAML that can be read"));
}

/// More than the nodes that are read.
const MANY: usize = 300_000;

/// X6: what stands in the file is text wherever it goes: none of it is run, and none of it is a path.
#[test]
fn keys_and_texts_stay_what_they_are() {
    for key in ["../../etc/passwd", "a b", "'<script>'", "__proto__", "\"\\u0000\"", "ключ"] {
        let text = format!("{key}:\n  auth_mode: NONE\n  display_name: A\n  categories: [crm]\n  docs: https://a.example\n");
        let one = read(&text).remove(0);
        let told = lines(&one.entry.expect_err(key));
        assert!(told[0].contains("must be made of a-z, 0-9 and -"), "{told:?}");
    }
    let weird = acme("auth_mode: NONE\n42: x\ntrue: y");
    assert!(weird.entry.is_ok() && weird.notes.len() == 2, "{weird:?}");
}

/// As many as the largest such file has, within a start-up that nobody notices.
#[test]
fn a_thousand_definitions_are_read_in_no_time() {
    let one = "  display_name: Acme\n  categories: [crm]\n  docs: https://docs.acme.example\n  auth_mode: OAUTH2\n  \
               authorization_url: https://${connectionConfig.subdomain}.acme.example/authorize\n  token_url: https://acme.example/token\n  \
               proxy:\n    base_url: https://api.acme.example\n    retry: {after: retry-after}\n    paginate: {type: link, link_rel_in_response_header: next}\n  \
               connection_config:\n    subdomain: {type: string, title: Subdomain, description: Of the account, pattern: '[a-z]+', example: initech}\n";
    let mut text = String::new();
    for at in 0..1_000 {
        write!(text, "acme-{at}:\n{one}").unwrap();
    }
    let began = Instant::now();
    let imported = read(&text);
    println!("{} definitions, {} bytes: {:?}", imported.len(), text.len(), began.elapsed());
    assert!(imported.iter().all(|one| one.entry.is_ok()));
    assert_eq!(imported[999].line, 999 * 13 + 1);
}

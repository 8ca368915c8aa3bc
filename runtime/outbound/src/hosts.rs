//! Hosts that a function may reach, as its manifest lists them.

/// Stands for every host. Which of them are public is for the egress policy to say, as for every other host.
const ANY: &str = "*";

/// Whether the function may reach `host`: because it names it, or because it may reach any.
pub fn host_is_listed(host: &str, list: &[String]) -> bool {
    list.iter().any(|listed| listed == ANY) || host_is_named(host, list)
}

/// Whether the author named `host`: exactly, or below a `*.example.com`. Case and a trailing dot do not matter. What a provider's answer leads
/// to must be named: a function that may reach any host has not chosen this one.
pub(crate) fn host_is_named(host: &str, list: &[String]) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    list.iter().any(|listed| {
        let listed = listed.trim_end_matches('.').to_ascii_lowercase();
        match listed.strip_prefix("*.") {
            Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => host == listed,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_host_is_listed_and_none_is_named() {
        let list = ["*".to_owned()];
        assert!(host_is_listed("evil.example", &list) && !host_is_named("evil.example", &list));
        assert!(!host_is_listed("evil.example", &[]));
    }

    #[test]
    fn a_wildcard_is_for_what_is_below_it() {
        let list = ["api.example.com".to_owned(), "*.files.example.com".to_owned()];
        for host in ["api.example.com", "API.example.com.", "a.files.example.com", "a.b.files.example.com"] {
            assert!(host_is_listed(host, &list), "{host}");
        }
        for host in ["example.com", "files.example.com", ".files.example.com", "evilfiles.example.com", "api.example.com.evil.com"] {
            assert!(!host_is_listed(host, &list), "{host}");
        }
    }
}

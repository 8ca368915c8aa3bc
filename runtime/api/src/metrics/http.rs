//! Requests by route, counted where they are answered.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use http::{Method, StatusCode};
use syncline_domain::{Counter, Histogram};

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Of one route.
#[derive(Default)]
pub(super) struct Route {
    answered: [[Counter; CLASSES.len()]; METHODS.len()],
    pub(super) duration: Histogram,
}

/// By the router's own names of its routes: there are as many as in `routes.rs`, and one for what is no route. Nobody outside can make more.
#[derive(Default)]
pub(crate) struct Requests(RwLock<HashMap<String, Arc<Route>>>);

impl Requests {
    /// Looks the route up without a copy of its name; only the first request to each makes one.
    pub(crate) fn note(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let known = self.0.read().expect("nothing panics while it is held").get(route).cloned();
        let known = known.unwrap_or_else(|| {
            let mut routes = self.0.write().expect("nothing panics while it is held");
            Arc::clone(routes.entry(route.to_owned()).or_default())
        });
        let method = METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(METHODS.len() - 1);
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        known.answered[method][class].increment();
        known.duration.record(took);
    }

    /// In the order of their names.
    pub(super) fn read(&self) -> Vec<(String, Arc<Route>)> {
        let routes = self.0.read().expect("nothing panics while it is held");
        let mut all: Vec<_> = routes.iter().map(|(name, route)| (name.clone(), Arc::clone(route))).collect();
        all.sort_by(|one, other| one.0.cmp(&other.0));
        all
    }
}

impl Route {
    /// Method, class of status and count of what there was at all.
    pub(super) fn answered(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let all = METHODS
            .iter()
            .zip(&self.answered)
            .flat_map(|(method, by_class)| CLASSES.iter().zip(by_class).map(move |(class, count)| (*method, *class, count.value())));
        all.filter(|(.., count)| *count > 0)
    }
}

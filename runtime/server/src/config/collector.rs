//! Where traces go: our own setting, or the variables that every program with OpenTelemetry knows.

use std::time::Duration;

use url::Url;

use super::ConfigError;

/// <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>: where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Who takes spans.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collector {
    /// Where they are posted.
    pub url: Url,
    /// How long it may take with an answer.
    pub timeout: Duration,
}

impl Collector {
    /// `own` is our setting, `variable` looks into the environment, where an empty variable is none.
    ///
    /// The SDK reads other variables by itself: what the service is called, what headers go along, how much is sampled.
    pub(super) fn find(own: Option<Url>, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, ConfigError> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let of_traces = |rest: &str| {
            let names = [format!("OTEL_EXPORTER_OTLP_TRACES_{rest}"), format!("OTEL_EXPORTER_OTLP_{rest}")];
            names.into_iter().find_map(|name| variable(&name).map(|value| (name, value)))
        };
        let url = match (own, of_traces("ENDPOINT")) {
            (Some(base), _) => below("SYNCLINE_OTLP_ENDPOINT", &base)?,
            (None, None) => return Ok(None),
            (None, Some((name, text))) => {
                let url = text.parse().map_err(|error| ConfigError::new(format!("{name} is no URL: {error}")))?;
                // That of traces alone is the whole address.
                if name.contains("TRACES") { checked(&name, url)? } else { below(&name, &url)? }
            }
        };
        if variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        match variable("OTEL_TRACES_EXPORTER").as_deref() {
            None | Some("otlp") => {}
            Some("none") => return Ok(None),
            Some(other) => {
                let problem = format!("OTEL_TRACES_EXPORTER is `{other}`; this server knows otlp and none");
                return Err(ConfigError::new(problem));
            }
        }
        if let Some((name, protocol)) = of_traces("PROTOCOL").filter(|(_, protocol)| protocol != "http/protobuf") {
            return Err(ConfigError::new(format!(
                "{name} is `{protocol}`; this server speaks http/protobuf, for which collectors usually listen at port 4318"
            )));
        }
        let timeout = match of_traces("TIMEOUT") {
            None => TIMEOUT,
            Some((name, text)) => {
                let wrong = || ConfigError::new(format!("{name} is `{text}`; write milliseconds, for example 10000"));
                text.parse().ok().filter(|milliseconds| *milliseconds > 0).map(Duration::from_millis).ok_or_else(wrong)?
            }
        };
        Ok(Some(Self { url, timeout }))
    }
}

/// The path that the protocol has below a collector's address.
fn below(name: &str, base: &Url) -> Result<Url, ConfigError> {
    let mut url = checked(name, base.clone())?;
    url.path_segments_mut().expect("http has a path").pop_if_empty().extend(["v1", "traces"]);
    Ok(url)
}

fn checked(name: &str, url: Url) -> Result<Url, ConfigError> {
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(ConfigError::new(format!("{name} is no http address; write for example http://127.0.0.1:4318")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ConfigError::new(format!("{name} has a user or a password in it; give them with OTEL_EXPORTER_OTLP_HEADERS")));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(own: Option<&str>, variables: &[(&str, &str)]) -> Result<Option<Collector>, String> {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Collector::find(own.map(|url| url.parse().unwrap()), variable).map_err(|error| error.to_string())
    }

    #[test]
    fn the_address_is_ours_or_that_of_traces_or_that_of_everything() {
        let (all, traces) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        for (own, variables, url) in [
            (None, &[][..], None),
            (None, &[(all, "")], None),
            (None, &[(all, "http://c:4318")], Some("http://c:4318/v1/traces")),
            (None, &[(all, "https://c/otlp/")], Some("https://c/otlp/v1/traces")),
            (None, &[(all, "http://c:4318"), (traces, "http://t:4318/in")], Some("http://t:4318/in")),
            (Some("http://own:4318"), &[(traces, "http://t:4318/in")], Some("http://own:4318/v1/traces")),
            (Some("http://own:4318"), &[("OTEL_SDK_DISABLED", "True")], None),
            (None, &[(all, "http://c:4318"), ("OTEL_TRACES_EXPORTER", "none")], None),
        ] {
            let found = find(own, variables).unwrap().map(|collector| collector.url.to_string());
            assert_eq!(found.as_deref(), url, "{own:?} {variables:?}");
        }
    }

    #[test]
    fn how_long_it_may_take_is_given_in_milliseconds() {
        let timeout = |variables: &[_]| find(Some("http://c:4318"), variables).unwrap().unwrap().timeout;
        assert_eq!(timeout(&[]), Duration::from_secs(10));
        assert_eq!(timeout(&[("OTEL_EXPORTER_OTLP_TIMEOUT", "250")]), Duration::from_millis(250));
    }

    #[test]
    fn what_cannot_be_done_is_refused_with_what_to_write_instead() {
        for (variables, says) in [
            (("OTEL_EXPORTER_OTLP_ENDPOINT", "collector"), "no URL"),
            (("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://c:4317"), "http://127.0.0.1:4318"),
            (("OTEL_EXPORTER_OTLP_ENDPOINT", "http://canary:canary@c"), "OTEL_EXPORTER_OTLP_HEADERS"),
        ] {
            let error = find(None, &[variables]).unwrap_err();
            assert!(error.contains(says) && !error.contains("canary"), "{error}");
        }
        for (variables, says) in [
            (("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), "port 4318"),
            (("OTEL_TRACES_EXPORTER", "zipkin"), "otlp and none"),
            (("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "10s"), "milliseconds"),
        ] {
            let error = find(Some("http://c:4318"), &[variables]).unwrap_err();
            assert!(error.contains(says) && error.contains(variables.0), "{error}");
        }
    }
}

//! Why a list cannot be paged.

use http::header::CONTENT_TYPE;

use crate::BufferedResponse;

/// Each is the provider's, the entry's or the call's fault; none goes away by trying again.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PaginateDefect {
    /// Neither the provider nor the call says how.
    #[error("there is no pagination configuration for `{provider}`; describe it in `paginate`")]
    NotConfigured {
        /// Key of the provider.
        provider: String,
    },
    /// A field is missing.
    #[error("`paginate` needs {0}")]
    Missing(&'static str),
    /// The object cannot be read.
    #[error("`paginate` is not a valid pagination configuration")]
    BadConfig,
    /// Each page sends the body again.
    #[error("a streamed body cannot be sent for every page")]
    StreamedBody,
    /// The paging parameters go into the body.
    #[error("the body is not a JSON object, so paging parameters cannot be put into it")]
    BodyNotJson,
    /// Not 2xx.
    #[error("the provider answered {0}")]
    Status(u16),
    /// HTML, for example.
    #[error("the provider answered {content_type} instead of JSON")]
    NotJson {
        /// What it says it is.
        content_type: String,
    },
    /// Something else is where the items should be.
    #[error("there is no list {}", match path { Some(path) => format!("at `{path}` of the response"), None => "in the response".to_owned() })]
    NotAList {
        /// `None` for the whole body.
        path: Option<String>,
    },
    /// Not a URL.
    #[error("the link to the next page is not a URL")]
    BadLink,
    /// Credentials would go there.
    #[error(
        "the link to the next page leads to `{host}`, which is neither the provider's host nor named in the function's egress: name it there if it may have the credentials"
    )]
    ForeignLink {
        /// Of the link.
        host: String,
    },
}

impl PaginateDefect {
    /// Stable, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotConfigured { .. } | Self::Missing(_) | Self::BadConfig => "invalid_pagination_configuration",
            Self::StreamedBody | Self::BodyNotJson => "invalid_pagination_body",
            Self::Status(_) => "provider_status",
            Self::NotJson { .. } | Self::NotAList { .. } => "invalid_pagination_response",
            Self::BadLink | Self::ForeignLink { .. } => "invalid_pagination_link",
        }
    }

    pub(super) fn not_json(response: &BufferedResponse) -> Self {
        let said = response.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("something without a content type");
        Self::NotJson { content_type: said.chars().take(100).collect() }
    }
}

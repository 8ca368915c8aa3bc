//! The product's user behind a connection, as the wire writes one: contract 1.6.

use serde::Deserialize;
use syncline_domain::{EndUser, Tags};
use utoipa::ToSchema;

use crate::body::storable;
use crate::error::ApiError;

const MAX_CHARS: usize = 255;

/// The product's user behind a connection.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewEndUser)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndUserBody {
    /// Your own id of that user
    #[schema(min_length = 1, max_length = 255, example = "user-1")]
    id: String,
    #[serde(default)]
    #[schema(format = Email, example = "ada@example.com")]
    email: Option<String>,
    #[serde(default)]
    #[schema(max_length = 255, example = "Ada")]
    display_name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    tags: Option<Tags>,
}

impl EndUserBody {
    /// Checks it.
    pub(crate) fn check(self) -> Result<EndUser, ApiError> {
        let wrong = |field: &str, problem: &str| Err(ApiError::invalid_body(&["end_user", field], problem));
        if self.id.is_empty() || self.id.chars().count() > MAX_CHARS {
            return wrong("id", "has 1 to 255 characters");
        }
        if self.display_name.as_ref().is_some_and(|name| name.chars().count() > MAX_CHARS) {
            return wrong("display_name", "has 255 characters at most");
        }
        if self.email.as_deref().is_some_and(|email| !is_email(email)) {
            return wrong("email", "is not an e-mail address");
        }
        storable(&["end_user", "id"], &self.id)?;
        for (field, text) in [("email", &self.email), ("display_name", &self.display_name)] {
            storable(&["end_user", field], text.as_deref().unwrap_or_default())?;
        }
        for (key, value) in self.tags.iter().flatten() {
            storable(&["end_user", "tags"], key)?;
            storable(&["end_user", "tags", key], value)?;
        }
        Ok(EndUser { id: self.id, display_name: self.display_name, email: self.email, tags: self.tags, organization: None })
    }
}

/// Enough to catch a name in the wrong field; whether mail arrives there, only mail can tell.
pub(crate) fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@').filter(|(name, _)| !name.is_empty());
    !text.contains(char::is_whitespace)
        && parts.is_some_and(|(_, host)| host.contains('.') && !host.starts_with('.') && !host.ends_with('.'))
}

/// Adds the tags by which clients find connections of a user: `end_user_id`, `end_user_email` and `end_user_display_name`.
pub(crate) fn tagged(mut tags: Tags, end_user: Option<&EndUser>) -> Tags {
    if let Some(user) = end_user {
        let fields = [
            ("end_user_id", Some(&user.id)),
            ("end_user_email", user.email.as_ref()),
            ("end_user_display_name", user.display_name.as_ref()),
        ];
        for (key, value) in fields {
            match value {
                Some(value) => tags.insert(key.to_owned(), value.clone()),
                None => tags.remove(key),
            };
        }
    }
    tags
}

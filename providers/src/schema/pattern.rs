//! What texts look like, as editors check it. A test holds each against the parser.

/// `check::entry` says the same.
pub(crate) const KEY: &str = "^[a-z0-9-]+$";

/// A page that anybody can open.
pub(crate) const HTTPS: &str = r"^https://[^\s/]";

/// RFC 9110, 5.6.2.
pub(crate) const HEADER_NAME: &str = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/// `429`, `5xx`
pub(crate) const STATUS: &str = "^[1-5]([0-9][0-9]|xx)$";

/// `data.token`
pub(crate) const DOTTED_PATH: &str = r"^[^.\s]+(\.[^.\s]+)*$";

/// A place in a delivery.
pub(crate) const PLACE: &str = r"^(header\..+|query\..+|body(\.[^.]+)*)$";

/// A place in a delivery, maybe hashed.
pub(crate) const REPLY: &str = r"^(header\..+|query\..+|body(\.[^.]+)*|hmac\((header\..+|query\..+|body(\.[^.]+)*)\))$";

/// A field of connections.
pub(crate) const ROUTE_FIELD: &str = r"^(connection_id|connection_config\..+|metadata\..+|tags\..+)$";

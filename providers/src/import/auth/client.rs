//! Client credentials (RFC 6749, 4.4): the client is the connection's own.

use crate::import::block::Block;
use crate::import::draft::Draft;

use super::{oauth, token};

pub(super) fn client_credentials(draft: &mut Draft, block: &mut Block<'_>) {
    draft.put_template(&["auth", "token_url"], block.take("token_url"));
    draft.put_templates(&["auth", "token_params"], block.take("token_params"), &[("grant_type", "client_credentials")]);
    draft.put_templates(&["auth", "token_headers"], block.take("token_headers"), &[]);
    token::proof(draft, block);
    token::body_format(draft, block, &["auth", "body_format"]);
    oauth::scopes(draft, block);
    token::answer(draft, block, &["auth", "token_response"]);
    draft.put_texts(&["auth", "token_response_metadata"], block.take("token_response_metadata"));
    if let Some(found) = block.take("require_client_certificate")
        && draft.flag(&found) == Some(true)
    {
        draft.put(&["auth", "client_proof"], &found, "certificate".into());
    }
}

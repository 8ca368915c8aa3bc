//! MCP servers that are not what they should be, and one that reads its clients' own documents.

use super::Stage;
use crate::authorization::mcp::Desk;
use crate::both::on_both_databases;
use crate::browser::Browser;

on_both_databases! {
    /// O7: an issuer that is not the URL it was found at, no PKCE, closed registration: refused before anybody is sent there.
    async fn a_server_that_breaks_the_rules_is_not_connected(stage: Stage) {
        stage.integrate("tools").await;
        let evil = stage.world.url("/evil");
        let breaches = [
            ("another issuer", Desk { issuer: Some(evil), ..Desk::default() }),
            ("no PKCE", Desk { says_pkce: false, ..Desk::default() }),
            ("closed registration", Desk { registers: false, ..Desk::default() }),
        ];
        for (what, breach) in breaches {
            stage.world.mcp(|desk| *desk = breach);
            let token = stage.session("ada").await;
            let mut browser = Browser::new();
            let page = browser.go(&stage.begin_url("tools", &token, ""), None).await;
            assert_eq!(page.status.as_u16(), 400, "{what}: {}", page.text);
            assert_eq!(browser.visited.len(), 1, "{what}: the browser was sent away");
        }
        stage.world.mcp(|desk| *desk = Desk::default());
        assert_eq!((stage.world.requests("/mcp-as/token"), stage.connections_of("ada").await.len()), (0, 0));
        stage.authorize("tools", "ada").await;
    }

    /// O7: the client's id is the address of its own document, which the server fetches from this very server.
    async fn a_server_that_reads_documents_needs_no_registration(stage: Stage) {
        stage.integrate("tools").await;
        stage.world.mcp(|desk| (desk.reads_documents, desk.registers) = (true, false));
        let connection = stage.authorize("tools", "ada").await;
        let documents = stage.world.mcp(|desk| desk.documents.clone());
        assert!(documents.iter().all(|document| document.starts_with(&stage.app.url("/oauth/client-metadata/"))), "{documents:?}");
        assert_eq!((documents.len(), stage.world.requests("/mcp-as/register")), (1, 0));
        assert_eq!(stage.proxied("tools", &connection, "").await.ok()["me"], "mcp");
    }
}

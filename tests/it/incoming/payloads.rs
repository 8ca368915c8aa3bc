//! W1: what proves a delivery, and what does not.

use super::*;

on_both_databases! {
    /// W1
    async fn only_a_proven_delivery_is_kept(app: Hooked) {
        let body = br#"{"team":"t1","id":"1"}"#.to_vec();
        let right = sign(&body);
        let refused = async |headers: &[(&str, &str)], body: &[u8]| {
            let answer = app.send(headers, body.to_vec()).await;
            (answer.status.as_u16(), answer.code())
        };
        let told = |status: u16, code: &str| (status, code.to_owned());
        assert_eq!(refused(&[], &body).await, told(401, "webhook_missing_signature"));
        assert_eq!(refused(&[("x-hooked-signature", "not hex")], &body).await, told(401, "webhook_invalid_signature"));
        assert_eq!(refused(&[("x-hooked-signature", &right)], br#"{"team": "t1", "id": "1"}"#).await, told(401, "webhook_invalid_signature"));
        assert_eq!(refused(&[("x-hooked-signature", &right)], b"").await, told(401, "webhook_invalid_signature"));
        assert_eq!(refused(&[("x-hooked-signature", &sign(b"{"))], b"{").await, told(400, "webhook_invalid_payload"));
        let large = vec![b' '; 10 * 1024 * 1024 + 1];
        assert_eq!(refused(&[("x-hooked-signature", &sign(&large))], &large).await, told(413, "payload_too_large"));
        assert!(app.listed("").await.is_empty(), "nothing of it is kept");
        // An empty body that is signed, one of the greatest size, and one in pieces.
        assert_eq!(app.send(&[("x-hooked-signature", &sign(b"")), ("x-hooked-delivery", "empty")], Vec::new()).await.status, 200);
        let mut greatest = vec![b' '; 10 * 1024 * 1024];
        greatest[..body.len()].copy_from_slice(&body);
        let headers = [("x-hooked-signature", sign(&greatest)), ("x-hooked-delivery", "greatest".to_owned())];
        assert_eq!(app.send(&headers.each_ref().map(|(name, value)| (*name, value.as_str())), greatest).await.status, 200);
        let pieces = futures_util::stream::iter(body.chunks(3).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>());
        let chunked = app.http.post(app.url(&app.path)).header("x-hooked-signature", &right).body(reqwest::Body::wrap_stream(pieces));
        assert_eq!(read(chunked).await.status, 200);
        assert_eq!(app.listed("").await.len(), 3);
    }

    /// W1: an address that says nothing to anybody is told so, and a secret that is missing is named.
    async fn a_wrong_address_and_a_missing_secret_are_named(app: Hooked) {
        let code = async |path: &str| {
            let answer = app.send_to(path, &[("x-hooked-signature", "00")], b"{}".to_vec()).await;
            (answer.status.as_u16(), answer.code())
        };
        let told = |status: u16, code: &str| (status, code.to_owned());
        assert_eq!(code("/webhook/nowhere/fixture").await, told(404, "unknown_environment"));
        assert_eq!(code("/webhook/00000000-0000-4000-8000-000000000000/fixture").await, told(404, "unknown_environment"));
        assert_eq!(code(&app.path.replace("fixture", "nothing")).await, told(404, "unknown_provider_config"));
        app.post("/integrations", json!({ "provider": "hooked", "unique_key": "bare" })).await.ok();
        assert_eq!(code(&app.path.replace("fixture", "bare")).await, told(401, "webhook_secret_missing"));
        app.post("/integrations", json!({ "provider": "stand-in", "unique_key": "mute" })).await.ok();
        assert_eq!(code(&app.path.replace("fixture", "mute")).await, told(404, "feature_disabled"));
        let put = app.http.get(app.url(&app.path));
        assert_eq!(read(put).await.status, 405);
    }
}

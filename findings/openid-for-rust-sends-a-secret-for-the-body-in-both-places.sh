#!/usr/bin/env bash
# openid 0.25.0 (crate): Discovered::set_credentials_in_body, and Provider::credentials_in_body of a provider of one's own.
#
# The setting is for servers that take client_id and client_secret in the form. It adds them there and leaves the header with the same
# secret in place, so that each token request authenticates in two ways, which RFC 6749 (section 2.3) forbids: a server that goes by it
# refuses what a client with client_secret_post sends. With the setting off, the secret is in the header alone.
#
# Seen (the setting, the header, and the names in the form):
#   false: Basic, grant_type
#   true: Basic, client_id client_secret grant_type
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "seen"
version = "0.1.0"
edition = "2024"
[dependencies]
openid = { version = "=0.25.0", default-features = false }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
[profile.dev]
debug = 0
TOML
cat > src/main.rs <<'RUST'
use openid::{Client, Config, Discovered, StandardClaims};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

/// Answers one token request, and returns the scheme of its header and the names in its form.
fn answer(listener: TcpListener) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut scheme, mut length) = (String::from("no header"), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() { break } else { continue }
        };
        match name.to_lowercase().as_str() {
            "authorization" => scheme = value.split(' ').next().unwrap().to_string(),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut form = vec![0; length];
    reader.read_exact(&mut form).unwrap();
    let form = String::from_utf8(form).unwrap();
    let mut names: Vec<&str> = form.split('&').map(|pair| pair.split('=').next().unwrap()).collect();
    names.sort();
    let body = r#"{"access_token":"a-token","token_type":"Bearer","expires_in":60}"#;
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    format!("{scheme}, {}", names.join(" "))
}

#[tokio::main]
async fn main() {
    for in_body in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let config: Config = serde_json::from_value(serde_json::json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })).unwrap();
        let mut provider = Discovered::from(config);
        provider.set_credentials_in_body(in_body);
        let server = std::thread::spawn(move || answer(listener));
        let client: Client<Discovered, StandardClaims> =
            Client::new(provider, "nightly".into(), Some("a secret".into()), None, Default::default(), None);
        client.request_token_using_client_credentials(None).await.unwrap();
        println!("{in_body}: {}", server.join().unwrap());
    }
}
RUST
seen=$(cargo run --quiet)
echo "$seen"
[ "$seen" = "false: Basic, grant_type
true: Basic, client_id client_secret grant_type" ]

use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::reqwest::{blocking::ClientBuilder, redirect::Policy};
use openidconnect::url::Url;
use openidconnect::{
    AuthorizationCode, ClientId, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope,
    TokenResponse,
};

fn main() -> Result<(), Box<dyn Error>> {
    let http = ClientBuilder::new().redirect(Policy::none()).build()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let metadata = CoreProviderMetadata::discover(&IssuerUrl::new(env::var("ISSUER")?)?, &http)?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(env::var("CLIENT_ID")?), None)
        .set_redirect_uri(RedirectUrl::new(format!("http://{}/callback", listener.local_addr()?))?);

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("email".to_string()))
        .add_scope(Scope::new("offline_access".to_string()))
        .set_pkce_challenge(challenge)
        .url();
    println!("Open this address in a browser:\n{address}");

    let answer = wait_for_answer(&listener)?;
    let parameter = |name: &str| answer.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if parameter("state").as_ref() != Some(state.secret()) {
        return Err("The answer has another state.".into());
    }
    let Some(code) = parameter("code") else {
        return Err(parameter("error_description").unwrap_or_default().into());
    };

    let tokens = client.exchange_code(AuthorizationCode::new(code))?.set_pkce_verifier(verifier).request(&http)?;
    let id_token = tokens.id_token().ok_or("There is no ID token.")?;
    let claims = id_token.claims(&client.id_token_verifier(), &nonce)?;

    let refresh_token = tokens.refresh_token().ok_or("There is no refresh token.")?;
    let refreshed = client.exchange_refresh_token(refresh_token)?.request(&http)?;
    let person: CoreUserInfoClaims =
        client.user_info(refreshed.access_token().clone(), Some(claims.subject().clone()))?.request(&http)?;
    println!("You are {}.", person.email().map_or("somebody", |email| email.as_str()));
    Ok(())
}

/// The address that the browser comes back to.
fn wait_for_answer(listener: &TcpListener) -> Result<Url, Box<dyn Error>> {
    let (mut stream, _) = listener.accept()?;
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\nYou can close this window now.")?;
    let path = line.split_whitespace().nth(1).ok_or("The browser sent no path.")?;
    Ok(Url::parse("http://127.0.0.1")?.join(path)?)
}

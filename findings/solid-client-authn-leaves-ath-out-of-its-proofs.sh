#!/usr/bin/env bash
# @inrupt/solid-client-authn-node 5.0.0 (npm): Session.fetch.
#
# The library of Solid apps asks for DPoP-bound tokens by default. Its proofs for resources have htm, htu, jti and iat alone, as the
# first drafts had it: ath, the hash of the access token, is missing (RFC 9449, section 4.2), and a resource server that follows section
# 4.3 refuses each of them. A nonce that the resource server asks for (401, use_dpop_nonce) is not sent either. Tokens are right, so
# signing in works and nothing else does.
#
# Seen (the claims of each proof):
#   POST /token: htm htu iat jti
#   GET /notes: htm htu iat jti
#   GET /notes: htm htu iat jti
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @inrupt/solid-client-authn-node@5.0.0 jose@6.2.3 > npm.log 2>&1 || { cat npm.log; exit 1; }
cat > seen.mjs <<'JS'
import { createServer } from 'node:http';
import { Session } from '@inrupt/solid-client-authn-node';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';

const { publicKey, privateKey } = await generateKeyPair('ES256');
const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
const sign = (claims) =>
  new SignJWT({ ...claims, webid: 'https://ada.example/profile#me' })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(issuer)
    .setSubject('ada')
    .setAudience('app')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);

const server = createServer(async (request, response) => {
  const { dpop } = request.headers;
  if (dpop) console.log(`${request.method} ${request.url}: ${Object.keys(decodeJwt(dpop)).sort().join(' ')}`);
  response.setHeader('content-type', 'application/json');
  if (request.url === '/jwks') return response.end(JSON.stringify({ keys: [key] }));
  if (request.url === '/token') {
    const jkt = await calculateJwkThumbprint(decodeProtectedHeader(dpop).jwk);
    const access_token = await sign({ cnf: { jkt }, client_id: 'app' });
    return response.end(JSON.stringify({ access_token, id_token: await sign({}), token_type: 'DPoP', expires_in: 3600 }));
  }
  if (request.url === '/notes') {
    response.writeHead(401, { 'dpop-nonce': 'a-nonce', 'www-authenticate': 'DPoP error="use_dpop_nonce", algs="ES256"' });
    return response.end('{}');
  }
  response.end(
    JSON.stringify({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      dpop_signing_alg_values_supported: ['ES256'],
      claims_supported: ['sub', 'webid'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'offline_access', 'webid'],
    }),
  );
}).listen(0, 'localhost');
await new Promise((resolve) => server.once('listening', resolve));
const issuer = `http://localhost:${server.address().port}`;

const session = new Session();
const address = await new Promise((resolve, reject) => {
  const app = { clientId: 'app', clientSecret: 'a secret', redirectUrl: 'http://localhost/callback' };
  session.login({ oidcIssuer: issuer, ...app, handleRedirect: resolve }).catch(reject);
});
const state = new URL(address).searchParams.get('state');
await session.handleIncomingRedirect(`http://localhost/callback?code=a-code&state=${state}`);
for (let count = 0; count < 2; count += 1) await session.fetch(`${issuer}/notes`);
process.exit();
JS
seen=$(node seen.mjs 2> /dev/null)
echo "$seen"
[ "$seen" = "POST /token: htm htu iat jti
GET /notes: htm htu iat jti
GET /notes: htm htu iat jti" ]

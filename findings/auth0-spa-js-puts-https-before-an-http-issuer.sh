#!/usr/bin/env bash
# @auth0/auth0-spa-js 2.28.3 (npm): Auth0Client, options domain and issuer.
#
# `domain` may be an address with its scheme: http://localhost:3000 stays what it is. `issuer`, which is only for a server whose issuer
# is not its domain with a slash at the end, may be one with https alone. Before everything else the client puts https://, and a slash
# after it. So an ID token of a local server whose issuer has no slash is never accepted: the claim iss is compared with
# https://http://localhost:3000/.
#
# Seen (the address of the server, and what iss is compared with):
#   domain alone: http://localhost:3000 http://localhost:3000/
#   with issuer http://localhost:3000: http://localhost:3000 https://http://localhost:3000/
#   with issuer https://id.example/x: http://localhost:3000 https://id.example/x
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @auth0/auth0-spa-js@2.28.3
seen=$(node - <<'JS'
globalThis.window = globalThis;
globalThis.crypto ??= require('node:crypto').webcrypto;
globalThis.location = new URL('http://localhost:8080/');
globalThis.sessionStorage = { getItem: () => null, setItem() {}, removeItem() {} };
globalThis.document = { cookie: '' };
const { Auth0Client } = require('@auth0/auth0-spa-js');
const domain = 'http://localhost:3000';
for (const [label, issuer] of [
  ['domain alone', undefined],
  [`with issuer ${domain}`, domain],
  ['with issuer https://id.example/x', 'https://id.example/x'],
]) {
  const client = new Auth0Client({ clientId: 'app', domain, ...(issuer && { issuer }) });
  console.log(`${label}: ${client.domainUrl} ${client.tokenIssuer}`);
}
process.exit(0);
JS
)
echo "$seen"
[ "$seen" = "domain alone: http://localhost:3000 http://localhost:3000/
with issuer http://localhost:3000: http://localhost:3000 https://http://localhost:3000/
with issuer https://id.example/x: http://localhost:3000 https://id.example/x" ]

#!/usr/bin/env bash
# keycloak-js 26.2.4 (npm): the option oidcProvider, which is for servers other than Keycloak.
#
# A refresh token is opaque to the client (RFC 6749, section 1.5). The adapter decodes it as a JWT, as Keycloak's are, and any other fails
# the sign-in and each refresh, after the server has rotated the old one. And it sends its token requests with credentials: "include", to
# which a server that lets every origin read (Access-Control-Allow-Origin: *) cannot give a readable answer (Fetch standard, CORS
# protocol). No option changes either.
#
# Seen (the refresh token in the answer to a refresh, the credentials mode of the request, and what came of it):
#   a JWT, include: refreshed
#   opaque, include: Unable to decode token, payload not found.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund keycloak-js@26.2.4
cat > seen.mjs <<'JS'
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
const nothing = { getItem: () => null, setItem() {}, removeItem() {}, length: 0 };
Object.defineProperty(globalThis, 'localStorage', { value: nothing });
globalThis.window = globalThis;
globalThis.location = { href: 'https://app.example/', origin: 'https://app.example' };
globalThis.history = { state: null, replaceState() {} };
globalThis.document = { createElement: () => ({}) };
const { default: Keycloak } = await import('keycloak-js');

const jwtOf = (claims) => ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'c2ln'].join('.');
const exp = Math.floor(Date.now() / 1000) + 300;
const token = jwtOf({ sub: 'ada', iat: exp - 300, exp });
const oidcProvider = {
  issuer: 'https://server.example',
  authorization_endpoint: 'https://server.example/authorize',
  token_endpoint: 'https://server.example/token',
};
for (const [label, refresh_token] of [
  ['a JWT', jwtOf({ sub: 'ada', exp })],
  ['opaque', 'opaque'],
]) {
  let mode;
  globalThis.fetch = async (_, { credentials }) => {
    mode = credentials;
    return Response.json({ access_token: token, refresh_token, token_type: 'Bearer', expires_in: 300 });
  };
  const keycloak = new Keycloak({ clientId: 'app', oidcProvider });
  const tokens = { token, refreshToken: jwtOf({ sub: 'ada', exp }) };
  const start = keycloak.init({ checkLoginIframe: false, ...tokens }); // which refreshes them
  const outcome = await start.then(() => 'refreshed', ({ message }) => message);
  console.log(`${label}, ${mode}: ${outcome}`);
}
process.exit(0);
JS
seen=$(node seen.mjs)
echo "$seen"
[ "$seen" = "a JWT, include: refreshed
opaque, include: Unable to decode token, payload not found." ]

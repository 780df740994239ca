#!/usr/bin/env bash
# better-auth 1.7.25 (npm), plugin genericOAuth: a token endpoint that refuses the client.
#
# A token endpoint answers a wrong client secret with 401 and invalid_client (RFC 6749 §5.2), and one that is in trouble with 503 and
# temporarily_unavailable. After either, better-auth sends the browser to the error page of the app with error=invalid_code, the same
# as for a code that was refused (400, invalid_grant). No error_description comes along. So nobody can tell from the page, or from the
# address that an app is told, whether the person should try again or the operator has to look at the secret.
#
# Seen (the answer of the token endpoint, and where the browser is sent):
#   400 invalid_grant: /api/auth/error?error=invalid_code
#   401 invalid_client: /api/auth/error?error=invalid_code
#   503 temporarily_unavailable: /api/auth/error?error=invalid_code
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund better-auth@1.7.25
cat > run.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { genericOAuth } from 'better-auth/plugins';

let refusal = [400, 'invalid_grant'];
const server = createServer((_request, response) => {
  const [status, error] = refusal;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error, error_description: 'why it was refused' }));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = {
  providerId: 'server',
  clientId: 'app',
  clientSecret: 'a secret of the app',
  authorizationUrl: `${issuer}/authorize`,
  tokenUrl: `${issuer}/token`,
  userInfoUrl: `${issuer}/userinfo`,
  pkce: true,
};
const auth = betterAuth({
  baseURL: 'http://localhost:8080',
  secret: 'a secret of thirty-two characters or more',
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  logger: { disabled: true },
  plugins: [genericOAuth({ config: [provider] })],
});
for (refusal of [[400, 'invalid_grant'], [401, 'invalid_client'], [503, 'temporarily_unavailable']]) {
  const body = { provider: 'server', callbackURL: '/' };
  const { headers, response } = await auth.api.signInSocial({ body, returnHeaders: true });
  const cookie = headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const callback = new URL('http://localhost:8080/api/auth/callback/server');
  callback.search = new URLSearchParams({ code: 'a-code', state: new URL(response.url).searchParams.get('state') });
  const answer = await auth.handler(new Request(callback, { headers: { cookie } }));
  const { pathname, search } = new URL(answer.headers.get('location'), 'http://localhost:8080');
  console.log(`${refusal.join(' ')}: ${pathname}${search}`);
}
process.exit(0);
JS
seen=$(node run.mjs)
echo "$seen"
[ "$seen" = "400 invalid_grant: /api/auth/error?error=invalid_code
401 invalid_client: /api/auth/error?error=invalid_code
503 temporarily_unavailable: /api/auth/error?error=invalid_code" ]

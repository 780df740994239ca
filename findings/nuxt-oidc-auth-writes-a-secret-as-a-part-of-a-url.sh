#!/usr/bin/env bash
# nuxt-oidc-auth 0.18.0 (npm), with ufo 1.6.4: its token requests, by refreshAccessToken(); the code is exchanged in the same way.
#
# A token request is a form of the type application/x-www-form-urlencoded (RFC 6749, sections 4.1.3 and 6). The module's default,
# tokenRequestType: 'form', which its provider for any server (oidc) keeps, sends multipart/form-data. With authenticationScheme: 'body',
# the secret first goes through the function that normalizes URLs: a + in it becomes %2B before the form is encoded, so that the server
# gets %2B for it, and the letters ^ | { } change as well; secrets from base64 work or not by chance. In the header it is right.
#
# Seen (the settings; the type of the request; the secret k+8Q/2ZtY0s= as the server reads it):
#   body: multipart/form-data, k%2B8Q/2ZtY0s=
#   body, form-urlencoded: application/x-www-form-urlencoded, k%2B8Q/2ZtY0s=
#   header, form-urlencoded: application/x-www-form-urlencoded, k+8Q/2ZtY0s=
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts --legacy-peer-deps nuxt-oidc-auth@0.18.0 ufo@1.6.4 hookable@5.5.3
cat > seen.js <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { register } from 'node:module';

// Stands for what Nuxt gives to its modules, which is not used here.
register(`data:text/javascript,${encodeURIComponent(`
  export const resolve = (name, context, next) =>
    name === '#imports' ? { url: 'nuxt:imports', shortCircuit: true, format: 'module' } : next(name, context);
  export const load = (url, context, next) =>
    url === 'nuxt:imports'
      ? { shortCircuit: true, format: 'module', source: 'export const useRuntimeConfig = 0, useStorage = 0, useNitroApp = 0;' }
      : next(url, context);
`)}`);
const { refreshAccessToken } = await import('./node_modules/nuxt-oidc-auth/dist/runtime/server/utils/oidc.js');

let seen;
const server = createServer(async (request, response) => {
  const { 'content-type': type, authorization } = request.headers;
  const form = await new Response(request, { headers: { 'content-type': type } }).formData();
  const header = authorization && Buffer.from(authorization.slice(6), 'base64').toString().replace(/^app:/, '');
  seen = `${type.split(';')[0]}, ${header ?? form.get('client_secret')}`;
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ access_token: 't', expires_in: 60 }));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const known = {
  clientId: 'app',
  clientSecret: 'k+8Q/2ZtY0s=',
  tokenUrl: `http://127.0.0.1:${server.address().port}/token`,
  skipAccessTokenParsing: true,
};
for (const [authenticationScheme, tokenRequestType] of [['body'], ['body', 'form-urlencoded'], ['header', 'form-urlencoded']]) {
  await refreshAccessToken('r', { ...known, authenticationScheme, tokenRequestType });
  console.log(`${[authenticationScheme, tokenRequestType].filter(Boolean).join(', ')}: ${seen}`);
}
server.close();
server.closeAllConnections();
JS
seen=$(node --no-warnings seen.js 2> errors | grep -v '^\[nuxt-oidc-auth\]') || { tail -n 5 errors; exit 1; }
echo "$seen"
[ "$seen" = 'body: multipart/form-data, k%2B8Q/2ZtY0s=
body, form-urlencoded: application/x-www-form-urlencoded, k%2B8Q/2ZtY0s=
header, form-urlencoded: application/x-www-form-urlencoded, k+8Q/2ZtY0s=' ]

#!/usr/bin/env bash
# @kubernetes/client-node 2.0.1 (npm), with openid-client 6.9.0: KubeConfig with auth-provider oidc.
#
# Once the ID token of a kubeconfig has expired, every request fails before anything is sent, because the library hands the issuer to
# openid-client as a text, which takes a URL object since its version 6. It has no other way to a new token, so the
# provider works for as long as the first token lasts. The same file works with kubectl.
#
# Seen (the ID token of the file, and what came of three requests in a row):
#   valid: listed, listed, listed
#   expired: TypeError: "server" must be an instance of URL (three times)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 openid-client@6.9.0 > npm.log 2>&1 || { cat npm.log; exit 1; }
cat > seen.mjs <<'JS'
import { createServer } from 'node:http';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const api = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ kind: 'NamespaceList', apiVersion: 'v1', items: [] }));
}).listen(0, 'localhost');
await new Promise((resolve) => api.once('listening', resolve));

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = Math.floor(Date.now() / 1000);
for (const [name, exp] of [['valid', seconds + 3600], ['expired', seconds - 60]]) {
  const provider = {
    'idp-issuer-url': 'https://issuer.example',
    'client-id': 'app',
    'id-token': `${encoded({ alg: 'RS256' })}.${encoded({ sub: 'ada', exp })}.AAAA`,
    'refresh-token': 'first',
  };
  const file = new KubeConfig();
  file.loadFromOptions({
    clusters: [{ name: 'k', server: `http://localhost:${api.address().port}`, skipTLSVerify: true }], // for http
    users: [{ name: 'u', authProvider: { name: 'oidc', config: provider } }],
    contexts: [{ name: 'c', cluster: 'k', user: 'u' }],
    currentContext: 'c',
  });
  const namespaces = file.makeApiClient(CoreV1Api);
  const list = () => namespaces.listNamespace().then(() => 'listed', (error) => String(error));
  console.log(`${name}: ${[await list(), await list(), await list()].join(', ')}`);
}
process.exit();
JS
seen=$(node seen.mjs)
echo "$seen"
[ "$seen" = 'valid: listed, listed, listed
expired: TypeError: "server" must be an instance of URL, TypeError: "server" must be an instance of URL, TypeError: "server" must be an instance of URL' ]

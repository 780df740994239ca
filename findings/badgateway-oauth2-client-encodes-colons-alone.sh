#!/usr/bin/env bash
# @badgateway/oauth2-client 3.3.1 (npm): client_secret_basic_interop, which it uses unless the server's metadata name a method.
#
# In HTTP Basic, the client id and the secret are written as they are, except for colons, which become %3A; characters beyond ASCII are
# Latin-1. A server that decodes the form encoding of RFC 6749 2.3.1 reads another secret when there is a plus or a percent sign, and
# one that takes the text as it is when there is a colon. With both in a secret, neither reads it.
#
# Seen (what the header has of the secret a:b+c%41é, in Latin-1):
#   app:a%3Ab+c%41é
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @badgateway/oauth2-client@3.3.1
cat > seen.mjs <<'JS'
import { OAuth2Client } from '@badgateway/oauth2-client';
const client = new OAuth2Client({
  clientId: 'app',
  clientSecret: 'a:b+c%41é',
  tokenEndpoint: 'https://server.example/token',
  async fetch(url, { headers }) {
    const [, encoded] = new Headers(headers).get('authorization').split(' ');
    console.log(Buffer.from(encoded, 'base64').toString('latin1'));
    return Response.json({ access_token: 'one', token_type: 'Bearer' });
  },
});
await client.clientCredentials();
JS
seen=$(node seen.mjs)
echo "$seen"
[ "$seen" = "app:a%3Ab+c%41é" ]

#!/usr/bin/env bash
# @azure/msal-node 7.2.3 (npm): acquireTokenByDeviceCode() with protocolMode OIDC, for servers other than Entra ID.
#
# The metadata name the device authorization endpoint, and a poll has the grant type urn:ietf:params:oauth:grant-type:device_code
# (RFC 8628, sections 3.4 and 4). The library replaces the end of the token endpoint by /devicecode, whatever the metadata say, and polls
# with the grant type device_code. So this flow works at no server that has not both by chance, while the other flows do.
#
# Seen (the path and the grant type of each request, where the metadata say /device_authorization and /oauth/token):
#   /oauth/devicecode none
#   /oauth/token device_code
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @azure/msal-node@7.2.3
cat > seen.mjs <<'JS'
import { PublicClientApplication } from '@azure/msal-node';

const authority = 'https://server.example';
const metadata = {
  issuer: authority,
  authorization_endpoint: `${authority}/authorize`,
  token_endpoint: `${authority}/oauth/token`,
  device_authorization_endpoint: `${authority}/device_authorization`,
  jwks_uri: `${authority}/jwks`,
  end_session_endpoint: `${authority}/sign-out`,
};
const codes = { device_code: 'one', user_code: 'ONE', verification_uri: authority, expires_in: 600, interval: 1 };
const tokens = { access_token: 'one', token_type: 'Bearer', expires_in: 3600, scope: 'openid' };
const answer = (body) => ({ status: 200, headers: {}, body });

const app = new PublicClientApplication({
  auth: { clientId: 'app', authority, knownAuthorities: ['server.example'] },
  system: {
    protocolMode: 'OIDC',
    networkClient: {
      sendGetRequestAsync: async () => answer(metadata),
      sendPostRequestAsync: async (url, { body }) => {
        const grantType = new URLSearchParams(body).get('grant_type');
        console.log(new URL(url).pathname, grantType ?? 'none');
        return answer(grantType === null ? codes : tokens);
      },
    },
  },
});
await app.acquireTokenByDeviceCode({ scopes: ['openid'], deviceCodeCallback() {} });
JS
seen=$(node seen.mjs)
echo "$seen"
[ "$seen" = "/oauth/devicecode none
/oauth/token device_code" ]

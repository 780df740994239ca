#!/usr/bin/env bash
# @azure/msal-node 7.2.3 (npm): protocolMode OIDC, for servers other than Entra ID.
#
# acr says how somebody signed in (OpenID Connect Core, section 2), so it differs between two sign-ins of one person, with and without a
# second factor. Where an ID token has no tid and no tfp, the library takes acr for the tenant, and tells accounts apart by it: after a
# sign-in with each, one person is two accounts in its cache, with the same localAccountId. Without acr there is one, with an empty tenant.
#
# Seen (acr of the first and of the second sign-in of one person, and the tenants of the accounts that the cache then has):
#   none, none: [""]
#   pwd, pwd: ["pwd"]
#   pwd, mfa: ["pwd","mfa"]
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
  token_endpoint: `${authority}/token`,
  jwks_uri: `${authority}/jwks`,
  end_session_endpoint: `${authority}/sign-out`,
};
const jwtOf = (claims) => ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'c2ln'].join('.');
const now = Math.floor(Date.now() / 1000);
const answer = (body) => ({ status: 200, headers: {}, body });

for (const values of [[], ['pwd', 'pwd'], ['pwd', 'mfa']]) {
  let acr;
  const networkClient = {
    sendGetRequestAsync: async () => answer(metadata),
    sendPostRequestAsync: async () => {
      const id_token = jwtOf({ iss: authority, sub: 'ada', aud: 'app', iat: now, exp: now + 3600, acr });
      return answer({ access_token: 'one', token_type: 'Bearer', expires_in: 3600, scope: 'openid', id_token });
    },
  };
  const app = new PublicClientApplication({
    auth: { clientId: 'app', authority, knownAuthorities: ['server.example'] },
    system: { protocolMode: 'OIDC', networkClient },
  });
  for (acr of [values[0], values[1]]) {
    await app.acquireTokenByCode({ code: 'a code', scopes: ['openid'], redirectUri: 'https://app.example/' });
  }
  const tenants = (await app.getTokenCache().getAllAccounts()).map(({ tenantId }) => tenantId);
  console.log(`${values[0] ?? 'none'}, ${values[1] ?? 'none'}: ${JSON.stringify(tenants)}`);
}
JS
seen=$(node seen.mjs)
echo "$seen"
[ "$seen" = 'none, none: [""]
pwd, pwd: ["pwd"]
pwd, mfa: ["pwd","mfa"]' ]

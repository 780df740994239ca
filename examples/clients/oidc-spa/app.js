import { createOidc, oidcEarlyInit } from 'oidc-spa/core';

oidcEarlyInit({ BASE_URL: '/' });

const oidc = await createOidc({ issuerUri: ISSUER, clientId: 'oidc-spa', scopes: ['profile', 'email'] });

const main = document.querySelector('main');
if (oidc.isUserLoggedIn) {
  const { email } = oidc.getDecodedIdToken();
  main.append(
    email,
    button('Refresh', () => oidc.renewTokens()),
  );
} else {
  main.append(button('Sign in', () => oidc.login()));
}

function button(text, onclick) {
  return Object.assign(document.createElement('button'), { textContent: text, onclick });
}

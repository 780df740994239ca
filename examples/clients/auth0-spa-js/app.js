import { createAuth0Client } from '@auth0/auth0-spa-js';

const client = await createAuth0Client({
  domain: ISSUER,
  issuer: ISSUER,
  clientId: 'auth0-spa-js',
  authorizationParams: { redirect_uri: `${location.origin}/`, scope: 'openid profile email' },
  useRefreshTokens: true,
});

if (new URLSearchParams(location.search).has('state')) {
  await client.handleRedirectCallback();
  history.replaceState(null, '', '/');
}

const main = document.querySelector('main');
if (await client.isAuthenticated()) {
  const { email } = await client.getUser();
  main.append(
    email,
    button('Refresh', () => client.getTokenSilently({ cacheMode: 'off' })),
  );
} else {
  main.append(button('Sign in', () => client.loginWithRedirect()));
}

function button(text, onclick) {
  return Object.assign(document.createElement('button'), { textContent: text, onclick });
}

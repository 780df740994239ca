import { OktaAuth } from '@okta/okta-auth-js';

const authClient = new OktaAuth({
  issuer: ISSUER,
  clientId: 'okta-auth-js',
  redirectUri: `${location.origin}/`,
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  authorizeUrl: `${ISSUER}/authorize`,
  tokenUrl: `${ISSUER}/token`,
  userinfoUrl: `${ISSUER}/userinfo`,
  revokeUrl: `${ISSUER}/revoke`,
  logoutUrl: `${ISSUER}/sign-out`,
});

if (authClient.isLoginRedirect()) await authClient.handleLoginRedirect();

const main = document.querySelector('main');
if (await authClient.isAuthenticated()) {
  const { email } = await authClient.getUser();
  main.append(
    email,
    button('Refresh', () => authClient.tokenManager.renew('accessToken')),
  );
} else {
  main.append(button('Sign in', () => authClient.signInWithRedirect()));
}

function button(text, onclick) {
  return Object.assign(document.createElement('button'), { textContent: text, onclick });
}

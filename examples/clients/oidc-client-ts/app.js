import { UserManager } from 'oidc-client-ts';

const userManager = new UserManager({
  authority: ISSUER,
  client_id: 'oidc-client-ts',
  redirect_uri: `${location.origin}/`,
  scope: 'openid profile email',
  loadUserInfo: true,
});

if (new URLSearchParams(location.search).has('state')) {
  await userManager.signinCallback();
  history.replaceState(null, '', '/');
}

const user = await userManager.getUser();
const main = document.querySelector('main');
if (user)
  main.append(
    user.profile.email,
    button('Refresh', () => userManager.signinSilent()),
  );
else main.append(button('Sign in', () => userManager.signinRedirect()));

function button(text, onclick) {
  return Object.assign(document.createElement('button'), { textContent: text, onclick });
}

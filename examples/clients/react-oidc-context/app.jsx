import { createRoot } from 'react-dom/client';
import { AuthProvider, useAuth } from 'react-oidc-context';

const settings = {
  authority: ISSUER,
  client_id: 'react-oidc-context',
  redirect_uri: `${location.origin}/`,
  scope: 'openid profile email',
  loadUserInfo: true,
  onSigninCallback: () => history.replaceState(null, '', '/'),
};

function App() {
  const auth = useAuth();
  if (auth.isLoading) return 'Loading';
  if (auth.error) return auth.error.message;
  if (!auth.isAuthenticated)
    return (
      <button type="button" onClick={() => auth.signinRedirect()}>
        Sign in
      </button>
    );
  return (
    <>
      {auth.user.profile.email}{' '}
      <button type="button" onClick={() => auth.signinSilent()}>
        Refresh
      </button>
    </>
  );
}

createRoot(document.querySelector('main')).render(
  <AuthProvider {...settings}>
    <App />
  </AuthProvider>,
);

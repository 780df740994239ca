import { randomUUID } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '8080' } = process.env;
const home = `http://localhost:${PORT}`;
const redirect_uri = `${home}/callback`;

const config = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  CLIENT_SECRET,
  client.ClientSecretBasic(CLIENT_SECRET),
  // Only for an issuer on this machine: all others have https.
  ISSUER.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {},
);

const app = express();
app.use(session({ secret: randomUUID(), resave: false, saveUninitialized: false }));

app.get('/', (request, response) => response.send(request.session.user ?? '<a href="/sign-in">Sign in</a>'));

app.get('/sign-in', async (request, response) => {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  request.session.begun = { verifier, state };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
  response.redirect(url.href);
});

app.get('/callback', async (request, response) => {
  const { verifier, state } = request.session.begun;
  const tokens = await client.authorizationCodeGrant(config, new URL(request.originalUrl, home), {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  await keep(request.session, tokens);
  response.redirect('/');
});

app.get('/refresh', async (request, response) => {
  await keep(request.session, await client.refreshTokenGrant(config, request.session.refreshToken));
  response.redirect('/');
});

async function keep(session, tokens) {
  session.sub ??= tokens.claims().sub;
  session.refreshToken = tokens.refresh_token;
  session.user = await client.fetchUserInfo(config, tokens.access_token, session.sub);
}

app.listen(PORT, 'localhost');

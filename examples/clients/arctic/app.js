import { randomUUID } from 'node:crypto';
import { CodeChallengeMethod, generateCodeVerifier, generateState, OAuth2Client } from 'arctic';
import express from 'express';
import session from 'express-session';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '8080' } = process.env;
const pixy = new OAuth2Client(CLIENT_ID, CLIENT_SECRET, `http://localhost:${PORT}/callback`);
const scopes = ['openid', 'profile', 'email', 'offline_access'];

const app = express();
app.use(session({ secret: randomUUID(), resave: false, saveUninitialized: false }));

app.get('/', (request, response) => response.send(request.session.user ?? '<a href="/sign-in">Sign in</a>'));

app.get('/sign-in', (request, response) => {
  const state = generateState();
  const verifier = generateCodeVerifier();
  request.session.begun = { state, verifier };
  const { S256 } = CodeChallengeMethod;
  response.redirect(pixy.createAuthorizationURLWithPKCE(`${ISSUER}/authorize`, state, S256, verifier, scopes).href);
});

app.get('/callback', async (request, response) => {
  const { state, verifier } = request.session.begun ?? {};
  if (!request.query.code || request.query.state !== state) return response.status(400).send(request.query);
  await keep(request.session, await pixy.validateAuthorizationCode(`${ISSUER}/token`, request.query.code, verifier));
  response.redirect('/');
});

app.get('/refresh', async (request, response) => {
  await keep(request.session, await pixy.refreshAccessToken(`${ISSUER}/token`, request.session.refreshToken, []));
  response.redirect('/');
});

async function keep(session, tokens) {
  session.refreshToken = tokens.refreshToken();
  const headers = { authorization: `Bearer ${tokens.accessToken()}` };
  session.user = await (await fetch(`${ISSUER}/userinfo`, { headers })).json();
}

app.listen(PORT, 'localhost');

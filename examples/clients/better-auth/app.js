import { randomUUID } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import { genericOAuth } from 'better-auth/plugins';
import express from 'express';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '8080' } = process.env;

const auth = betterAuth({
  baseURL: `http://localhost:${PORT}`,
  secret: randomUUID(),
  plugins: [
    genericOAuth({
      config: [
        {
          providerId: 'pixy',
          discoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
          clientId: CLIENT_ID,
          clientSecret: CLIENT_SECRET,
          scopes: ['openid', 'profile', 'email', 'offline_access'],
        },
      ],
    }),
  ],
});

const app = express();
app.all('/api/auth/*path', toNodeHandler(auth));

app.get('/', async (request, response) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
  response.send(session?.user ?? '<a href="/sign-in">Sign in</a>');
});

app.get('/sign-in', async (_request, response) => {
  const body = { provider: 'pixy', callbackURL: '/' };
  const { headers, response: answer } = await auth.api.signInSocial({ body, returnHeaders: true });
  response.setHeaders(headers).redirect(answer.url);
});

app.get('/refresh', async (request, response) => {
  const headers = fromNodeHeaders(request.headers);
  const tokens = await auth.api.refreshToken({ body: { useAccountCookie: true }, headers, returnHeaders: true });
  response.setHeaders(tokens.headers);
  response.redirect('/');
});

app.listen(PORT, 'localhost');

const { randomUUID } = require('node:crypto');
const express = require('express');
const { auth, requiresAuth } = require('express-openid-connect');

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '8080' } = process.env;

const app = express();
app.use(
  auth({
    issuerBaseURL: ISSUER,
    baseURL: `http://localhost:${PORT}`,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    secret: randomUUID(),
    authRequired: false,
    authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
  }),
);

app.get('/', requiresAuth(), async (request, response) => {
  if (request.oidc.accessToken.isExpired()) await request.oidc.accessToken.refresh();
  response.send(await request.oidc.fetchUserInfo());
});

app.listen(PORT, 'localhost');

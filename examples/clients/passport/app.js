import { randomUUID } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import OAuth2Strategy from 'passport-oauth2';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = '8080' } = process.env;

passport.use(
  new OAuth2Strategy(
    {
      authorizationURL: `${ISSUER}/authorize`,
      tokenURL: `${ISSUER}/token`,
      clientID: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      callbackURL: `http://localhost:${PORT}/callback`,
      scope: ['openid', 'profile', 'email'],
      pkce: true,
      state: true,
    },
    async (accessToken, _refreshToken, _profile, done) => {
      const headers = { authorization: `Bearer ${accessToken}` };
      const response = await fetch(`${ISSUER}/userinfo`, { headers });
      done(null, await response.json());
    },
  ),
);
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

const app = express();
app.use(session({ secret: randomUUID(), resave: false, saveUninitialized: false }));
app.use(passport.session());

app.get('/', (request, response) => response.send(request.user ?? '<a href="/sign-in">Sign in</a>'));
app.get('/sign-in', passport.authenticate('oauth2'));
app.get('/callback', passport.authenticate('oauth2', { successRedirect: '/' }));

app.listen(PORT, 'localhost');

import { testRecipes } from './recipe.ts';

const install = 'npm install --no-package-lock --no-audit --no-fund --loglevel=error';
const start = 'node app.js';
const nextAuth5 = 'AUTH_SECRET=$(openssl rand -hex 32) npx next dev --hostname localhost --port $PORT';
const nextAuth4 =
  'NEXTAUTH_URL=http://localhost:$PORT NEXTAUTH_SECRET=$(openssl rand -hex 32) npx next dev --hostname localhost --port $PORT';

await testRecipes('Node', [
  { name: 'openid-client', install, start, refresh: '/refresh' },
  { name: 'express-openid-connect', install, start, signIn: '/', refresh: '/' },
  { name: 'passport', install, start },
  { name: 'arctic', install, start, refresh: '/refresh' },
  { name: 'better-auth', install, start, refresh: '/refresh' },
  { name: 'next-auth-5', install, start: nextAuth5 },
  { name: 'next-auth-4', install, start: nextAuth4, signIn: '/api/auth/signin' },
]);

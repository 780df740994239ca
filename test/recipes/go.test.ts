import { testRecipes } from './recipe.ts';

const inFolder = 'GOFLAGS=-modcacherw GOPATH=$PWD/.go';
const install = `${inFolder} go build -o .go/app .`;
const start = '.go/app';
const proxy = `
  export OAUTH2_PROXY_OIDC_ISSUER_URL=$ISSUER OAUTH2_PROXY_CLIENT_ID=$CLIENT_ID OAUTH2_PROXY_CLIENT_SECRET=$CLIENT_SECRET
  export OAUTH2_PROXY_HTTP_ADDRESS=localhost:$PORT OAUTH2_PROXY_REDIRECT_URL=http://localhost:$PORT/oauth2/callback
  export OAUTH2_PROXY_COOKIE_SECRET=$(openssl rand -hex 16)
  .go/bin/oauth2-proxy --config oauth2-proxy.cfg`;

await testRecipes('Go', [
  { name: 'go-oidc', install, start, refresh: '/profile' },
  { name: 'zitadel-oidc', install, start, refresh: '/refresh' },
  {
    name: 'oauth2-proxy',
    install: `${inFolder} go install github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6`,
    start: proxy,
    signIn: '/oauth2/start?rd=/oauth2/userinfo',
    refresh: '/oauth2/userinfo',
    env: { OAUTH2_PROXY_COOKIE_REFRESH: '5s' },
  },
]);

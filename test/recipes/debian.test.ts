import { testRecipes } from './recipe.ts';

const install = (...packages: string[]) =>
  `dpkg -s ${packages.join(' ')} >/dev/null 2>&1 || { apt-get update -qq && apt-get install -qq --no-install-recommends ${packages.join(' ')}; }`;

await testRecipes('Debian', [
  {
    name: 'mod_auth_openidc',
    install: install('apache2', 'libapache2-mod-auth-openidc'),
    start: 'exec apache2 -f $PWD/httpd.conf -D FOREGROUND',
    signIn: '/',
    refresh: '/',
  },
  {
    name: 'oidc-agent',
    install: install('oidc-agent-cli', 'curl'),
    start: 'bash sign-in.sh',
    isTool: true,
    env: { OIDC_CONFIG_DIR: '.config', OIDC_ENCRYPTION_PW: 'a password of the test' },
  },
  {
    name: 'oidc-agent-device',
    install: install('oidc-agent-cli', 'curl'),
    start: 'bash sign-in.sh',
    isTool: true,
    userCode: /enter the code: (\S+)/,
    env: { OIDC_CONFIG_DIR: '.config', OIDC_ENCRYPTION_PW: 'a password of the test' },
  },
]);

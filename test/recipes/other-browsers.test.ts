import { expect, onTestFinished, test } from 'vitest';
import { startLoopbackApp } from '../browser/loopback-app.ts';
import { ada, startTestServer } from '../support/server.ts';
import { type Language, whyNot } from './languages.ts';
import { startTlsProxy } from './tls-proxy.ts';
import { type Driven, driveBrowser } from './webdriver.ts';

/* The way of a person through the pages in Firefox and in WebKit, the engine of Safari, as Debian has them. */

const debian = (...packages: string[]) =>
  `dpkg -s ${packages.join(' ')} >/dev/null 2>&1 || { apt-get update -qq && apt-get install -qq --no-install-recommends ${packages.join(' ')}; }`;

const gecko = 'node_modules/.cache/geckodriver-0.36.0';

const browsers: { name: string; needs: Language[]; driven: Driven }[] = [
  {
    name: 'Firefox',
    needs: ['Debian', 'Rust'],
    driven: {
      install: `(${debian('firefox-esr')}) && (test -x ${gecko}/bin/geckodriver || cargo install --quiet --locked --root ${gecko} geckodriver@0.36.0)`,
      start: `exec ${gecko}/bin/geckodriver --port=$PORT`,
      capabilities: { 'moz:firefoxOptions': { binary: '/usr/bin/firefox-esr', args: ['-headless'] } },
    },
  },
  {
    name: 'WebKit',
    needs: ['Debian'],
    driven: {
      install: debian('webkit2gtk-driver', 'xvfb', 'xauth'),
      start: 'exec xvfb-run -a WebKitWebDriver --port=$PORT',
    },
  },
];

// Over plain HTTP, WebKit keeps pages that must not be kept, and other names are those of the cookies.
const proxy = await startTlsProxy();
const { issuer, port, auditLines } = await startTestServer({
  issuer: proxy.origin,
  clients: [
    {
      client_id: 'demo-app',
      client_name: 'Harbor Photos',
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
      first_party: false,
    },
  ],
  clock: 'system',
});

proxy.forwardTo(port);

const wrongPasswords = () => auditLines.filter((line) => line.includes('"credentials_wrong"')).length;

for (const { name, needs, driven } of browsers) {
  test(`${name}: a person mistypes, goes back, signs in, allows, and the app gets a code in a form`, async ({
    skip,
  }) => {
    const [missing] = needs.flatMap((language) => whyNot(language) ?? []);
    if (missing !== undefined) skip(missing);
    const app = await startLoopbackApp(issuer);
    onTestFinished(() => app.close());
    const browser = await driveBrowser(driven);
    const before = wrongPasswords();
    const beginning = app.begin({ response_mode: 'form_post' });
    await browser.open(beginning.url);
    await browser.type('[name=username]', ada.username);
    await browser.type('[name=password]', 'wrong');
    await browser.press('button:not([type=button])');
    await browser.until(({ title }) => title === 'Not signed in: try again');

    // Both browsers would send the password again to show the page, WebKit without a word.
    await browser.open(`${issuer}/errors`);
    await browser.back();
    await browser.until(({ title }) => title === 'Sign in');
    expect(wrongPasswords() - before).toBe(1);

    await browser.type('[name=username]', ada.username);
    await browser.type('[name=password]', ada.password);
    await browser.press('button:not([type=button])');
    await browser.until(({ title }) => title.startsWith('Allow Harbor Photos'));
    await browser.reload();
    await browser.press('[value=allow]');
    await browser.until(({ url }) => url === app.redirectUri);
    const codes = app.arrivals.filter(({ form }) => form.has('code') && form.get('state') === beginning.state);
    expect(codes).toHaveLength(1);

    await browser.open(`${issuer}/sign-out`);
    await browser.press('button:not([type=button])');
    await browser.until(({ title }) => title === 'You are signed out');
  });
}

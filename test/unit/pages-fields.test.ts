import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { samplePages } from '../../scripts/sample-pages.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';
import { dressBrand } from '../../shared/pages/dress.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { lookIn } from '../../shared/pages/look.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { languages } from '../../shared/pages/texts/languages.ts';

const look = lookIn('en', dressBrand({}));
const bodyOf = async (name: string) => (await samplePages(look)[name]?.())?.body ?? '';
const namesOf = (body: string) => [
  ...new Set([...body.matchAll(/<(?:input|button)[^>]* name="([^"]+)"/g)].map(([, name]) => name)),
];

describe('a form', () => {
  const made = Object.entries(samplePages(look));

  it.each(made)('%s: is sent once, by a script that its policy allows, wherever there is one', async (_, make) => {
    const { body = '', headers } = await make();
    const scripts = Array.from(body.matchAll(/<script>(.*?)<\/script>/gs), ([, text = '']) => text);
    const policy = String(headers?.['content-security-policy']);
    expect({
      isOnce: !body.includes('<form method="post"') || (scripts[0] ?? '').includes('event.preventDefault()'),
      others: scripts.slice(1),
      allowed: [...policy.matchAll(/script-src.* ('sha256-.*')/g)].map(([, source]) => source),
    }).toEqual({
      isOnce: true,
      others: [],
      allowed: scripts.map((script) => `'sha256-${hash('sha256', script, 'base64')}'`),
    });
  });

  it('takes every name that an account can have: addresses are the longest', async () => {
    for (const page of ['sign-in', 'forgotten-password', 'register', 'profile']) {
      const fields = (await bodyOf(page)).matchAll(/<input id="(?:username|email)"[^>]* maxlength="(\d+)"[^>]*>/g);
      const longest = Math.max(...Array.from(fields, ([, length]) => Number(length)));
      expect([page, longest]).toEqual([page, 254]);
    }
  });

  it('with a password has a button to see it, for every password', async () => {
    for (const [, make] of made) {
      for (const [password] of ((await make()).body ?? '').matchAll(/<input[^>]* type="password"[^>]*>/g)) {
        expect(password).toContain(' data-show="Show password" data-hide="Hide password"');
      }
    }
  });
});

describe('the fields that people automate', () => {
  it.each([
    ['sign-in', ['form_token', 'username', 'password', 'keep']],
    ['sign-in-all-ways', ['form_token', 'username', 'password', 'keep', 'credential', 'idp']],
    ['second-factor', ['form_token', 'code']],
    ['recovery-code', ['form_token', 'code']],
    ['totp-setup', ['form_token', 'code']],
    ['consent', ['form_token', 'decision']],
    ['choose-account', ['form_token', 'account']],
    ['change-account', ['form_token', 'state']],
    ['change-password', ['form_token', 'username', 'current_password', 'password']],
    ['register', ['form_token', 'username', 'email', 'name', 'password']],
    ['passkey-setup', ['form_token', 'credential', 'name']],
    ['account', ['form_token', 'action', 'id', 'name']],
  ])('%s has %j', async (page, names) => {
    expect(namesOf(await bodyOf(page))).toEqual(names);
  });

  it('a decision is allow or deny', async () => {
    const values = [...(await bodyOf('consent')).matchAll(/name="decision" value="(\w+)"/g)].map(([, value]) => value);
    expect(values).toEqual(['allow', 'deny']);
  });
});

describe('every page', () => {
  it.each(Object.keys(samplePages(look)))(
    '%s loads nothing from anywhere, and its forms have a token',
    async (name) => {
      const body = await bodyOf(name);
      const loaded = [...body.matchAll(/\b(?:src|srcset)="([^"]*)"/g)].map(([, from]) => from);
      expect(loaded.filter((from) => from !== '/passkeys.js' && !from?.startsWith('data:'))).toEqual([]);
      expect(body).not.toMatch(/@import|url\(/);
      const forms = body.match(/<form .*?<\/form>/gs) ?? [];
      const ours = forms.filter((form) => !form.includes('action="https://photos.example.com/callback"'));
      expect(ours.filter((form) => !form.includes('name="form_token" value="a-token"'))).toEqual([]);
    },
  );

  it('sends no password back', async () => {
    for (const make of Object.values(samplePages(look))) {
      expect((await make()).body).not.toMatch(/type="password"[^>]* value=/);
    }
  });
});

describe('what a person is told', () => {
  const extras = { retryAfter: 90, allow: ['GET'], scope: 'pixy:read' };
  const refusals = Object.keys(refusalCatalogue).map((reason) => ({ reason, ...extras }) as unknown as Refusal);

  it.each(languages)('every refusal makes a page with a sentence for them, in %s', async (language) => {
    const own = lookIn(language, dressBrand({}));
    for (const refusal of refusals) {
      const { body = '' } = await errorPage(refusal, 'https://sign-in.example.com', own);
      const told = body.slice(body.indexOf('<h1>'), body.indexOf('<section'));
      expect({ refusal, told }).toEqual({ refusal, told: expect.stringMatching(/<p>[^<_]+<\/p>\s*<p>[^<_]+<\/p>/) });
      expect(problemOf(refusal, own).text).not.toBe('');
    }
  });

  it('waiting is told in minutes, rounded up', () => {
    const wait = (retryAfter: number) => problemOf({ reason: 'sign_in_throttled', retryAfter }, look).text;
    expect(wait(1)).toBe('There were too many attempts to sign in. Wait a minute, then try again.');
    expect(wait(60)).toContain('Wait a minute,');
    expect(wait(61)).toContain('Wait 2 minutes,');
  });

  it('what developers are told stays English, and says so', async () => {
    const own = lookIn('de', dressBrand({}));
    const { body } = await errorPage({ reason: 'client_unknown' }, 'https://sign-in.example.com', own);
    expect(body).toContain(`<p class="soft" lang="en" dir="ltr">${refusalCatalogue.client_unknown.means}`);
    expect(body).toContain('Wir kennen die App nicht');
  });
});

describe('the consent page', () => {
  it('names the host, the client, each scope in words, and unknown ones as they are', async () => {
    const body = await bodyOf('consent');
    expect(body).toContain('<strong><bdi>photos.example.com</bdi></strong>');
    expect(body).toContain('<li>See your email address</li>');
    expect(body).toContain('<li>See your albums</li>');
    expect(body).toContain('Use the permission <code>albums:share</code>');
  });

  it('warns of a client that nobody has checked, and of a program on this device', async () => {
    const body = await bodyOf('consent-unverified');
    expect(body).toContain('Nobody has checked who makes');
    expect(body).toContain('Afterwards, you will be sent to a program on this device.');
  });

  it('shows a host of another alphabet as the browser will write it', async () => {
    const { consentPage } = await import('../../shared/pages/consent-page.ts');
    const { body } = await consentPage(look, {
      clientName: 'Harbor',
      redirectUri: 'https://аррle.example/cb',
      scope: ['openid'],
      account: 'ada',
      formToken: 'a-token',
      cookies: [],
    });
    expect(body).toContain(
      '<bdi>xn--le-6kcj4b.example</bdi>'.replace(
        'xn--le-6kcj4b',
        new URL('https://аррle.example').host.split('.')[0] ?? '',
      ),
    );
    expect(body).not.toContain('аррle');
  });

  it.each<[string, string, string | undefined]>([
    ['leads where it says, and not to a page of ours', 'https:app.example/../account', 'https://app.example/account'],
    ['has its host as the browser will write it', 'https://аррle.example/', new URL('https://аррle.example/').href],
    ['is left out with another host before its own', 'https://bank.example@app.example/', undefined],
    ['is left out if it is a script', 'javascript:alert(1)', undefined],
    ['cannot end its attribute', 'https://app.example/"><b>', 'https://app.example/%22%3E%3Cb%3E'],
  ])('DC16: has links of the client, each of which %s', async (_, privacyUri, shown) => {
    const { consentPage } = await import('../../shared/pages/consent-page.ts');
    const asking = { clientName: 'Harbor', redirectUri: 'https://app.example/cb', scope: ['openid'], account: 'ada' };
    const { body } = await consentPage(look, { ...asking, privacyUri, formToken: 'a-token', cookies: [] });
    expect(/<p class="links"><a href="([^"]*)"/.exec(body ?? '')?.[1]).toBe(shown);
  });
});

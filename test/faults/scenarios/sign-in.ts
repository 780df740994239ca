import { newLink } from '../../../shared/people/invitation.ts';
import { signInLimits } from '../../../shared/people/sign-in-limits.ts';
import { addPasskey, addTotp, passkeyFormOf } from '../../people/account-flows.ts';
import { type CreationOptions, makeAuthenticator, type RequestOptions } from '../../people/authenticator.ts';
import { type Answer, send } from '../../support/http.ts';
import { formTokenOf, newPerson, type Page } from '../../support/person.ts';
import { authorizeTarget } from '../../support/protocol.ts';
import { targetOf, toProvider } from '../../upstream/flow.ts';
import type { Attempt, Scenario } from '../scenario.ts';
import { cookieIn, firstOf, locationOf, password, spa, type World } from '../world.ts';

/** Seconds for which the functions remember a provider, with its secret. */
const discoveryRemembered = 900;

/** How people get in: by password, code, passkey, provider, link and registration. */
export function signInScenarios(world: World): Scenario[] {
  const { clock, isSignedIn, newAccount, provider, requestOf, server, signedIn } = world;
  const interrupted = authorizeTarget(spa).slice('/authorize'.length);

  const isPage = ({ status }: Answer) => status === 200;
  const goesOn = (answer: Answer) => answer.status === 303 && locationOf(answer).startsWith('/authorize?');

  async function atSignIn(query = interrupted) {
    const person = newPerson(server);
    return { person, page: await person.open(`/sign-in${query}`) };
  }

  const formOf = (page: Page, fields: Record<string, string>) => ({ form_token: formTokenOf(page), ...fields });

  async function withApp() {
    const account = await signedIn();
    const app = await addTotp(account.person);
    const { codes } = await app.confirm(app.codeAt(clock.now()));
    return { ...account, app, codes };
  }

  /** Somebody with an authenticator app who typed their password in. */
  async function atCode(path: '/sign-in/code' | '/sign-in/recovery-code') {
    const { username, app, codes } = await withApp();
    const { person, page } = await atSignIn();
    const asked = await person.submit(page, { username, password });
    const target = locationOf(asked).replace('/sign-in/code', path);
    return { person, app, codes, target, page: await person.open(target) };
  }

  async function linkFor(purpose: 'invitation' | 'reset') {
    const { sub } = await newAccount();
    const { token, invitation } = newLink(sub, purpose, clock.now());
    await world.accounts.invite(sub, invitation);
    if (purpose === 'reset') await world.browserOf(sub);
    const person = newPerson(server);
    const target = `/invitation?token=${token}`;
    return { sub, person, target, page: await person.open(target) };
  }

  let people = 0;
  /** Somebody at the provider whom nobody has seen yet. */
  const play = () => {
    people += 1;
    const sub = `person-${people}`;
    provider.play({ claims: { sub } });
    return { issuer: provider.issuer, subject: sub };
  };

  async function backFromProvider(): Promise<Attempt> {
    const person = newPerson(server);
    const authorization = await toProvider(person, authorizeTarget(spa, { idp: 'example' }));
    const callback = provider.approve(authorization);
    return { send: requestOf(person, targetOf(callback)), isSuccess: goesOn, holds: isSignedIn };
  }

  const taken = {
    'UpdateItem people upstream-flow': 'done',
    'GetItem people upstream': 'failed',
    'GetItem people account': 'failed',
    'PutItem people links': 'failed',
    'UpdateItem people upstream': 'failed',
    'PutItem people account': 'failed',
    'PutItem people sessions': 'failed',
  } as const;

  return [
    {
      name: '/sign-in: the page',
      route: '/sign-in',
      prepare: async () => ({ send: requestOf(newPerson(server), `/sign-in${interrupted}`), isSuccess: isPage }),
    },
    {
      name: '/sign-in: by password',
      route: '/sign-in',
      async prepare() {
        const { username } = await newAccount();
        const { person, page } = await atSignIn();
        return {
          send: requestOf(person, page.target, formOf(page, { username, password })),
          isSuccess: goesOn,
          holds: isSignedIn,
        };
      },
    },
    {
      name: '/sign-in: by password, again in the same browser',
      route: '/sign-in',
      async prepare() {
        const { username, person } = await signedIn();
        const page = await person.open(`/sign-in${interrupted}`);
        return {
          send: requestOf(person, page.target, formOf(page, { username, password })),
          isSuccess: goesOn,
          holds: isSignedIn,
        };
      },
    },
    {
      name: '/sign-in: on to the page that asks for a code',
      route: '/sign-in',
      async prepare() {
        const { username } = await withApp();
        const { person, page } = await atSignIn();
        return {
          send: requestOf(person, page.target, formOf(page, { username, password })),
          isSuccess: (answer) => answer.status === 303 && cookieIn(answer, 'pixy_pending') !== undefined,
          async holds(answer) {
            const browser = newPerson(server);
            browser.cookies.set('pixy_pending', cookieIn(answer, 'pixy_pending') ?? '');
            return (await browser.open(locationOf(answer))).status === 200;
          },
        };
      },
    },
    ...(['GET', 'POST'] as const).map(
      (method): Scenario => ({
        name: `/sign-in: the people in a browser (${method})`,
        route: '/sign-in',
        async prepare() {
          const { person } = await signedIn();
          const page = await person.open(`/sign-in${interrupted}&prompt=select_account`);
          const [, account = ''] = /name="account" value="([^"]+)"/.exec(page.body) ?? [];
          if (method === 'GET') return { send: requestOf(person, page.target), isSuccess: isPage };
          return { send: requestOf(person, page.target, formOf(page, { account })), isSuccess: goesOn };
        },
      }),
    ),
    {
      name: '/sign-in/code: the page',
      route: '/sign-in/code',
      async prepare() {
        const { person, target } = await atCode('/sign-in/code');
        return { send: requestOf(person, target), isSuccess: isPage };
      },
    },
    {
      name: '/sign-in/code: a code',
      route: '/sign-in/code',
      isSingle: true,
      startsAgain: {
        'UpdateItem people totp/totp': 'done',
        'UpdateItem people throttle proof #2': 'failed',
        'UpdateItem people pending': 'failed',
        'GetItem people account': 'failed',
        'PutItem people sessions': 'failed',
      },
      async prepare() {
        const { person, app, target, page } = await atCode('/sign-in/code');
        const code = firstOf(() => app.codeAt(clock.now()));
        return {
          send: () => requestOf(person, target, formOf(page, { code: code() }))(),
          isSuccess: goesOn,
          holds: isSignedIn,
        };
      },
    },
    {
      name: '/sign-in/recovery-code: a code',
      route: '/sign-in/recovery-code',
      isSingle: true,
      startsAgain: {
        'UpdateItem people totp/totp': 'done',
        'UpdateItem people throttle proof #2': 'failed',
        'UpdateItem people pending': 'failed',
        'GetItem people account': 'failed',
        'PutItem people sessions': 'failed',
      },
      async prepare() {
        const { person, codes, target, page } = await atCode('/sign-in/recovery-code');
        return {
          send: requestOf(person, target, formOf(page, { code: codes[0] ?? '' })),
          isSuccess: goesOn,
          holds: isSignedIn,
        };
      },
    },
    {
      name: '/sign-in/passkey',
      route: '/sign-in/passkey',
      isSingle: true,
      startsAgain: {
        'UpdateItem people challenge': 'done',
        'GetItem people passkeys': 'failed',
        'UpdateItem people passkeys': 'failed',
        'GetItem people account': 'failed',
        'PutItem people sessions': 'failed',
      },
      async prepare() {
        const authenticator = await addPasskey(server, (await signedIn()).person);
        const { person, page } = await atSignIn();
        const { options, action } = passkeyFormOf<RequestOptions>(page);
        return {
          send: requestOf(person, action, formOf(page, { credential: authenticator.get(options) })),
          isSuccess: goesOn,
          holds: isSignedIn,
        };
      },
    },
    {
      name: '/passkey.js',
      route: '/passkey.js',
      async prepare() {
        const { page } = await atSignIn();
        const [, source = ''] = /<script src="([^"]+)"/.exec(page.body) ?? [];
        return { send: () => send(world.port, source), isSuccess: isPage };
      },
    },
    {
      name: '/upstream: on to a provider',
      route: '/upstream/{proxy+}',
      async prepare() {
        clock.advance(discoveryRemembered);
        return {
          send: requestOf(newPerson(server), `/upstream/example/start${interrupted}`),
          isSuccess: (answer) => answer.status === 303 && locationOf(answer).startsWith(provider.issuer),
        };
      },
    },
    {
      name: '/upstream: on to a provider, to link an account',
      route: '/upstream/{proxy+}',
      async prepare() {
        clock.advance(discoveryRemembered);
        const { person } = await signedIn();
        const page = await person.open('/account');
        return {
          send: requestOf(person, '/upstream/example/start', formOf(page, {})),
          isSuccess: (answer) => answer.status === 303 && locationOf(answer).startsWith(provider.issuer),
        };
      },
    },
    {
      name: '/upstream: back from a provider, somebody new',
      route: '/upstream/{proxy+}',
      isSingle: true,
      startsAgain: taken,
      prepare() {
        clock.advance(discoveryRemembered);
        play();
        return backFromProvider();
      },
    },
    {
      name: '/upstream: back from a provider, somebody known',
      route: '/upstream/{proxy+}',
      isSingle: true,
      startsAgain: taken,
      async prepare() {
        clock.advance(discoveryRemembered);
        const { sub } = await newAccount();
        await world.links.claim(play(), sub, { provider: 'example' }, clock.now());
        return backFromProvider();
      },
    },
    {
      name: '/upstream: back from a provider, with an account to link',
      route: '/upstream/{proxy+}',
      isSingle: true,
      startsAgain: { ...taken, 'GetItem people sessions': 'failed' },
      async prepare() {
        clock.advance(discoveryRemembered);
        const { person, sub } = await signedIn();
        const page = await person.open('/account');
        play();
        const started = await requestOf(person, '/upstream/example/start', formOf(page, {}))();
        const [flow = ''] = started.headers['set-cookie'] ?? [];
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(flow) ?? [];
        person.cookies.set(name, value);
        return {
          send: requestOf(person, targetOf(provider.approve(new URL(locationOf(started))))),
          isSuccess: (answer) => answer.status === 303 && locationOf(answer) === '/account',
          holds: async () => (await world.links.list(sub)).length === 1,
        };
      },
    },
    {
      name: '/invitation: the page',
      route: '/invitation',
      async prepare() {
        const { person, target } = await linkFor('invitation');
        return { send: requestOf(person, target), isSuccess: isPage };
      },
    },
    {
      name: '/invitation: a password',
      route: '/invitation',
      isSingle: true,
      startsAgain: { 'UpdateItem people account': 'done', 'PutItem people sessions': 'failed' },
      async prepare() {
        const { person, target, page } = await linkFor('invitation');
        return {
          send: requestOf(person, target, formOf(page, { password: 'quiet orange river' })),
          isSuccess: (answer) => locationOf(answer) === '/invitation?done=invitation',
          holds: isSignedIn,
        };
      },
    },
    {
      name: '/invitation: a passkey',
      route: '/invitation',
      isSingle: true,
      startsAgain: {
        'UpdateItem people challenge': 'done',
        'UpdateItem people account': 'failed',
        'Query people passkeys': 'failed',
        'PutItem people passkeys': 'failed',
        'PutItem people sessions': 'failed',
      },
      async prepare() {
        const { sub, person, target, page } = await linkFor('invitation');
        const { options } = passkeyFormOf<CreationOptions>(page);
        const credential = makeAuthenticator(server.issuer).create(options);
        return {
          send: requestOf(person, target, formOf(page, { credential, name: 'Key' })),
          isSuccess: (answer) => locationOf(answer) === '/invitation?done=invitation',
          holds: async (answer) => (await isSignedIn(answer)) && (await world.passkeys.list(sub)).length === 1,
        };
      },
    },
    {
      name: '/invitation: a new password for somebody who lost theirs',
      route: '/invitation',
      isSingle: true,
      startsAgain: {
        'UpdateItem people account': 'done',
        'Query people sessions': 'failed',
        'GetItem people sessions': 'failed',
        'DeleteItem people sessions': 'failed',
        'Query grants byPerson': 'failed',
        'PutItem people sessions': 'failed',
      },
      async prepare() {
        const { sub, person, target, page } = await linkFor('reset');
        return {
          send: requestOf(person, target, formOf(page, { password: 'quiet orange river' })),
          isSuccess: (answer) => locationOf(answer) === '/account',
          holds: async (answer) => (await isSignedIn(answer)) && (await world.liveSessions(sub)).length === 1,
        };
      },
    },
    {
      name: '/register: the page',
      route: '/register',
      prepare: async () => ({ send: requestOf(newPerson(server), '/register'), isSuccess: isPage }),
    },
    {
      name: '/register: an account',
      route: '/register',
      async prepare() {
        // A window of the limit for every case.
        clock.advance(signInLimits.registration.window);
        people += 1;
        const person = newPerson(server);
        const page = await person.open(`/register${interrupted}`);
        const fields = {
          username: `newcomer-${people}`,
          email: 'newcomer@example.com',
          password: 'quiet orange river',
        };
        return { send: requestOf(person, page.target, formOf(page, fields)), isSuccess: goesOn, holds: isSignedIn };
      },
    },
  ];
}

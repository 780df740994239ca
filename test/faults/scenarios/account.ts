import { addPasskey, addTotp, passkeyFormOf, recoveryCodesOf } from '../../people/account-flows.ts';
import { type CreationOptions, makeAuthenticator } from '../../people/authenticator.ts';
import { type Answer, encodeFields, type Fields } from '../../support/http.ts';
import { obtainTokens, formOf as parsedForm, refresh } from '../../support/lifecycle.ts';
import { formTokenOf, type Person } from '../../support/person.ts';
import { authorizeTarget } from '../../support/protocol.ts';
import type { Attempt, Scenario } from '../scenario.ts';
import { firstOf, locationOf, mobile, password, third, type World } from '../world.ts';

const isPage = ({ status }: Answer) => status === 200;
const isBack = (answer: Answer) => answer.status === 303 && locationOf(answer) === '/account';

/** The person is signed out whether or not a client can be told; that it was not is in the audit log. */
const told = {
  'GetItem clients client': 'the client is not told',
  'Query keys signing': 'the client is not told',
  'KMS Sign': 'the client is not told',
};

/** What people see and end of what is in their name, and how they sign out. */
export function accountScenarios(world: World): Scenario[] {
  const { clock, requestOf, server, signedIn } = world;

  async function withApp() {
    const account = await signedIn();
    const app = await addTotp(account.person);
    const { codes } = await app.confirm(app.codeAt(clock.now()));
    return { ...account, app, codes };
  }

  /** A form of a page, sent by its own person. */
  async function formAt(person: Person, target: string, fields: Fields) {
    return requestOf(person, target, { form_token: formTokenOf(await person.open(target)), ...fields });
  }

  const pageOf = (route: string, prepare: () => Promise<{ person: Person }>): Scenario => ({
    name: `${route}: the page`,
    route,
    prepare: async () => ({ send: requestOf((await prepare()).person, route), isSuccess: isPage }),
  });

  const action = (
    name: string,
    prepare: () => Promise<{ person: Person; id?: string; holds: Attempt['holds'] & {} }>,
    startsAgain?: Scenario['startsAgain'],
  ): Scenario => ({
    name: `/account: ${name}`,
    route: '/account',
    spares: told,
    startsAgain: startsAgain ?? {},
    async prepare() {
      const { person, id = '', holds } = await prepare();
      return {
        send: await formAt(person, '/account', { action: name, id, name: 'New name' }),
        isSuccess: isBack,
        holds,
      };
    },
  });

  async function withPasskey() {
    const account = await signedIn();
    await addPasskey(server, account.person);
    const [passkey] = await world.passkeys.list(account.sub);
    return { ...account, id: passkey?.id ?? '' };
  }

  return [
    pageOf('/account', async () => {
      const account = await withApp();
      await addPasskey(server, account.person);
      await obtainTokens(server, account.person, mobile);
      await world.links.claim({ issuer: 'x', subject: account.sub }, account.sub, { provider: 'example' }, clock.now());
      return account;
    }),
    action('end_session', async () => {
      const { person, sub } = await signedIn();
      await obtainTokens(server, await world.browserOf(sub), world.told);
      const here = person.cookies.get('pixy_session')?.split('.')[1] ?? '';
      const others = (await world.sessions.list(sub, clock.now())).filter(({ notices = [] }) => notices.length > 0);
      const id = others[0]?.id ?? here;
      return { person, id, holds: async () => (await world.liveSessions(sub)).length === 1 };
    }),
    action(
      'end_other_sessions',
      async () => {
        const { person, sub } = await signedIn();
        const other = await world.browserOf(sub);
        const { refresh_token } = await obtainTokens(server, other, mobile);
        return {
          person,
          holds: async () =>
            (await world.liveSessions(sub)).length === 1 &&
            (await refresh(server, mobile, refresh_token)).status === 400,
        };
        // Everything has ended by then, this session included, which was not stamped again: its person signs in.
      },
      { 'UpdateItem people account': 'done', 'UpdateItem people sessions': 'failed' },
    ),
    action('revoke_access', async () => {
      const { person } = await signedIn();
      await person.arrive(authorizeTarget(third));
      const { refresh_token } = await obtainTokens(server, person, mobile);
      return {
        person,
        id: 'mobile',
        holds: async () => (await refresh(server, mobile, refresh_token)).status === 400,
      };
    }),
    action('rename_passkey', async () => {
      const account = await withPasskey();
      return { ...account, holds: async () => (await world.passkeys.list(account.sub))[0]?.name === 'New name' };
    }),
    action('remove_passkey', async () => {
      const account = await withPasskey();
      return { ...account, holds: async () => (await world.passkeys.list(account.sub)).length === 0 };
    }),
    action('unlink', async () => {
      const account = await signedIn();
      const { sub } = account;
      await world.links.claim({ issuer: 'x', subject: sub }, sub, { provider: 'example' }, clock.now());
      const [link] = await world.links.list(sub);
      return { ...account, id: link?.id ?? '', holds: async () => (await world.links.list(sub)).length === 0 };
    }),
    action('turn_off_totp', async () => {
      const account = await withApp();
      return {
        ...account,
        holds: async () => !(await account.person.open('/account/recovery-codes')).body.includes('name="code"'),
      };
    }),
    pageOf('/account/password', signedIn),
    {
      name: '/account/password: a new one',
      route: '/account/password',
      isSingle: true,
      startsAgain: {
        'UpdateItem people account': 'done',
        // The password is another one by then, and this session was not stamped again: its person signs in with it.
        'UpdateItem people sessions': 'failed',
      },
      async prepare() {
        const { person, sub } = await signedIn();
        await world.browserOf(sub);
        const before = (await world.accounts.findBySubject(sub))?.passwordHash;
        return {
          send: await formAt(person, '/account/password', {
            current_password: password,
            password: 'quiet orange river',
          }),
          isSuccess: isBack,
          holds: async () =>
            (await world.accounts.findBySubject(sub))?.passwordHash !== before &&
            (await world.liveSessions(sub)).length === 1,
        };
      },
    },
    pageOf('/account/authenticator', signedIn),
    {
      name: '/account/authenticator: turned on',
      route: '/account/authenticator',
      isSingle: true,
      startsAgain: { 'PutItem people totp/totp': 'done', 'DeleteItem people totp/pending': 'failed' },
      async prepare() {
        const { person } = await signedIn();
        const app = await addTotp(person);
        const form_token = formTokenOf(app.page);
        const code = firstOf(() => app.codeAt(clock.now()));
        return {
          send: () => requestOf(person, '/account/authenticator', { form_token, code: code() })(),
          isSuccess: (answer) => recoveryCodesOf(answer).length === 10,
          holds: async () => (await person.open('/account/recovery-codes')).body.includes('name="code"'),
        };
      },
    },
    pageOf('/account/recovery-codes', withApp),
    {
      name: '/account/recovery-codes: new ones',
      route: '/account/recovery-codes',
      isSingle: true,
      startsAgain: {
        'UpdateItem people totp/totp': 'done',
        'UpdateItem people throttle proof #2': 'failed',
        'UpdateItem people totp/totp #2': 'failed',
      },
      async prepare() {
        const { person, app } = await withApp();
        const form_token = formTokenOf(await person.open('/account/recovery-codes'));
        const code = firstOf(() => app.codeAt(clock.now()));
        return {
          send: () => requestOf(person, '/account/recovery-codes', { form_token, code: code() })(),
          isSuccess: (answer) => recoveryCodesOf(answer).length === 10,
        };
      },
    },
    pageOf('/account/passkey', signedIn),
    {
      name: '/account/passkey: a new one',
      route: '/account/passkey',
      isSingle: true,
      startsAgain: {
        'UpdateItem people challenge': 'done',
        'Query people passkeys': 'failed',
        'PutItem people passkeys': 'failed',
      },
      async prepare() {
        const { person, sub } = await signedIn();
        const page = await person.open('/account/passkey');
        const credential = makeAuthenticator(server.issuer).create(passkeyFormOf<CreationOptions>(page).options);
        return {
          send: requestOf(person, '/account/passkey', { form_token: formTokenOf(page), credential, name: 'Key' }),
          isSuccess: isBack,
          holds: async () => (await world.passkeys.list(sub)).length === 1,
        };
      },
    },
    {
      name: '/sign-out: the question',
      route: '/sign-out',
      prepare: async () => ({ send: requestOf((await signedIn()).person, '/sign-out'), isSuccess: isPage }),
    },
    {
      name: '/sign-out: confirmed, with an application to tell',
      route: '/sign-out',
      spares: told,
      async prepare() {
        const { person, sub } = await signedIn();
        const tokens = await obtainTokens(server, person, world.told);
        const question = await person.open('/sign-out');
        return {
          send: requestOf(person, '/sign-out', parsedForm(question).fields),
          isSuccess: (answer) => answer.status === 200 && answer.body.includes('You are signed out'),
          holds: async () =>
            (await world.liveSessions(sub)).length === 0 &&
            (await refresh(server, world.told, tokens.refresh_token)).status === 400,
        };
      },
    },
    {
      name: '/sign-out: by an application that shows an ID token',
      route: '/sign-out',
      spares: {
        'GetItem clients client #2': 'the client is not told',
        'Query keys signing #2': 'the client is not told',
        'KMS Sign': 'the client is not told',
      },
      async prepare() {
        const { person, sub } = await signedIn();
        const { id_token: id_token_hint } = await obtainTokens(server, person, world.told);
        const [post_logout_redirect_uri = ''] = world.told.post_logout_redirect_uris ?? [];
        return {
          send: requestOf(person, `/sign-out?${encodeFields({ id_token_hint, post_logout_redirect_uri })}`),
          isSuccess: (answer) => answer.status === 303 && locationOf(answer) === post_logout_redirect_uri,
          holds: async () => (await world.liveSessions(sub)).length === 0,
        };
      },
    },
  ];
}

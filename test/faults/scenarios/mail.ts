import { newMailCode } from '../../../shared/people/mail-code.ts';
import { mailCodeStore } from '../../../shared/people/mail-code-store.ts';
import { newMailedLink, newMailedLinkUntil, tokenFor } from '../../../shared/people/mailed-link.ts';
import { generateSecret } from '../../../shared/secret.ts';
import { send } from '../../support/http.ts';
import { formTokenOf, newPerson } from '../../support/person.ts';
import { tables } from '../../support/server.ts';
import type { Attempt, Scenario } from '../scenario.ts';
import { locationOf, type World } from '../world.ts';

/** The pages that a mail comes from or leads to, and what people do about themselves. */
export function mailScenarios(world: World): Scenario[] {
  const { accounts, clock, database, newAccount, port, requestOf, server, signedIn } = world;
  const order = () => ({ id: generateSecret(), at: clock.now() });

  async function formOn(target: string, fields: Record<string, string>): Promise<() => ReturnType<typeof send>> {
    const person = newPerson(server);
    const page = await person.open(target);
    return requestOf(person, target, { form_token: formTokenOf(page), ...fields });
  }

  async function verification(): Promise<Attempt> {
    const { sub, username } = await newAccount();
    const [asked, email] = [order(), `${username}@example.com`];
    const { epoch = 0 } = (await accounts.findBySubject(sub)) ?? {};
    const link = { ...newMailedLink(asked, 'verification'), email, epoch };
    const placed = await accounts.placeLink({ sub, epoch }, 'verification', link);
    const token = tokenFor(asked, sub, placed?.verification) ?? '';
    return {
      send: await formOn(`/verify-address?token=${token}`, {}),
      isSuccess: ({ status }) => status === 200,
      holds: async () => (await accounts.findByUsername(email))?.sub === sub,
    };
  }

  async function keeping(): Promise<Attempt> {
    const { sub } = await newAccount();
    const asked = order();
    const { epoch = 0 } = (await accounts.findBySubject(sub)) ?? {};
    const due = clock.now() + 86_400;
    const started = await accounts.startRemoval(sub, epoch, { due, link: newMailedLinkUntil(asked, due) }, clock.now());
    const token = tokenFor(asked, sub, started?.removal?.link) ?? '';
    return {
      send: await formOn(`/keep-account?token=${token}`, {}),
      isSuccess: ({ status }) => status === 200,
      holds: async () => (await accounts.findBySubject(sub))?.disabledAt === undefined,
    };
  }

  async function code(): Promise<Attempt> {
    const { sub } = await newAccount();
    const { epoch = 0 } = (await accounts.findBySubject(sub)) ?? {};
    const made = newMailCode();
    await mailCodeStore(database, tables.people).keep(made.key, made.hash, { sub, epoch }, clock.now() + 600);
    const person = newPerson(server);
    person.cookies.set('pixy_mail_code', made.secret);
    const page = await person.open('/sign-in/mail-code');
    return {
      send: requestOf(person, '/sign-in/mail-code', { form_token: formTokenOf(page), code: made.code }),
      isSuccess: ({ status }) => status === 200,
      holds: world.isSignedIn,
    };
  }

  async function removal(): Promise<Attempt> {
    const { person, sub } = await signedIn();
    const page = await person.open('/account/remove');
    return {
      send: requestOf(person, '/account/remove', { form_token: formTokenOf(page) }),
      isSuccess: ({ status }) => status === 200,
      holds: async () => (await accounts.findBySubject(sub))?.removal !== undefined,
    };
  }

  const isOk = ({ status }: { status: number }) => status === 200;
  return [
    {
      name: 'a lost password',
      route: '/forgotten-password',
      prepare: async () => {
        // A window of the limits of its own.
        clock.advance(3_600);
        const { username } = await newAccount();
        return { send: await formOn('/forgotten-password', { username }), isSuccess: isOk };
      },
    },
    // The page then says that the link was used: what it is for is done.
    {
      name: 'an address is confirmed',
      route: '/verify-address',
      prepare: verification,
      isSingle: true,
      startsAgain: {
        'UpdateItem people account': 'done',
        'GetItem people account #2': 'failed',
        'GetItem people username': 'failed',
      },
    },
    {
      name: 'an account is kept',
      route: '/keep-account',
      prepare: keeping,
      isSingle: true,
      startsAgain: { 'UpdateItem people account': 'done' },
    },
    {
      name: 'a code by mail',
      route: '/sign-in/mail-code',
      prepare: code,
      isSingle: true,
      // The code is spent by then: the person asks for another one.
      startsAgain: {
        'UpdateItem people mail-code': 'failed',
        'GetItem people account': 'failed',
        'GetItem people totp/totp': 'failed',
        'PutItem people sessions': 'failed',
      },
    },
    {
      name: 'a profile is changed',
      route: '/account/profile',
      prepare: async () => {
        const { person, sub } = await signedIn();
        const page = await person.open('/account/profile');
        return {
          send: requestOf(person, '/account/profile', { form_token: formTokenOf(page), name: 'New Name' }),
          isSuccess: (answer) => answer.status === 303 && locationOf(answer) === '/account',
          holds: async () => (await accounts.findBySubject(sub))?.claims['name'] === 'New Name',
        };
      },
    },
    {
      name: 'what is stored about somebody',
      route: '/account/export',
      prepare: async () => {
        const { person } = await signedIn();
        return { send: requestOf(person, '/account/export'), isSuccess: isOk };
      },
    },
    {
      name: 'an account is deleted',
      route: '/account/remove',
      prepare: removal,
      isSingle: true,
      // The session has ended with the account.
      startsAgain: { 'UpdateItem people account': 'done' },
    },
    ...['/.well-known/change-password', '/.well-known/webauthn', '/.well-known/passkey-endpoints'].map(
      (route): Scenario => ({
        name: route,
        route,
        prepare: async () => ({ send: () => send(port, route), isSuccess: ({ status }) => status < 400 }),
      }),
    ),
    {
      name: 'the root, for a person',
      route: '/',
      prepare: async () => ({
        send: () => send(port, '/', { headers: { accept: 'text/html' } }),
        isSuccess: ({ status }) => status === 303,
      }),
    },
    {
      name: 'a page that is nowhere',
      route: '/{proxy+}',
      prepare: async () => ({ send: () => send(port, '/nowhere'), isSuccess: ({ status }) => status === 404 }),
    },
  ];
}

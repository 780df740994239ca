import type { TestClient } from '../../support/clients.ts';
import { type Fields, send } from '../../support/http.ts';
import { fragmentOf, obtainTokens } from '../../support/lifecycle.ts';
import { formTokenOf, type Person } from '../../support/person.ts';
import { pkcePair } from '../../support/pkce.ts';
import { authorizeTarget, parametersOf, redeem } from '../../support/protocol.ts';
import type { Attempt, Scenario } from '../scenario.ts';
import { api, hybrid, locationOf, mobile, spa, third, type World } from '../world.ts';

/** Requests for a code, and what is shown in between. */
export function authorizeScenarios(world: World): Scenario[] {
  const { requestOf, signedIn, server } = world;

  /** A request that is answered with a code, which can be redeemed. */
  function forCode(person: Person, client: TestClient, changes: Fields = {}, path = '/authorize'): Attempt {
    const { verifier, challenge } = pkcePair();
    const target = authorizeTarget(client, { code_challenge: challenge, ...changes });
    const codeIn = (location: string) => {
      const to = new URL(location);
      return to.hash === '' ? parametersOf(to).code : fragmentOf(to)['code'];
    };
    return {
      send: requestOf(person, target.replace('/authorize', path)),
      isSuccess: (answer) => answer.status === 302 && codeIn(locationOf(answer)) !== undefined,
      holds: async (answer) =>
        (await redeem(server, client, { code: codeIn(locationOf(answer)), code_verifier: verifier })).status === 200,
    };
  }

  /** The page that asks somebody whether a client may have what it wants. */
  async function atConsent(changes: Fields = {}) {
    const { person, sub } = await signedIn();
    const { verifier, challenge } = pkcePair();
    const target = authorizeTarget(third, { code_challenge: challenge, ...changes });
    return { person, sub, verifier, page: await person.follow(target), target };
  }

  return [
    {
      name: '/authorize: a code',
      route: '/authorize',
      prepare: async () => forCode((await signedIn()).person, spa),
    },
    {
      name: '/authorize: a code for a client that is told when the session ends',
      route: '/authorize',
      prepare: async () => forCode((await signedIn()).person, world.told),
    },
    {
      name: '/authorize: a code for an API',
      route: '/authorize',
      prepare: async () => forCode((await signedIn()).person, mobile, { resource: api, scope: 'openid api:read' }),
    },
    {
      name: '/authorize: a code in a session that has not been used for a while',
      route: '/authorize',
      async prepare() {
        const { sub } = await world.newAccount();
        return forCode(await world.browserOf(sub, { lifetime: 28_800, idleLifetime: 100 }), spa);
      },
    },
    {
      name: '/authorize: a code for somebody named by an ID token',
      route: '/authorize',
      async prepare() {
        const { person } = await signedIn();
        const { id_token } = await obtainTokens(server, person, spa);
        return forCode(person, spa, { id_token_hint: id_token, prompt: 'none' });
      },
    },
    {
      name: '/authorize: a code with claims that were asked for',
      route: '/authorize',
      prepare: async () =>
        forCode((await signedIn()).person, spa, { claims: JSON.stringify({ id_token: { name: null } }) }),
    },
    {
      name: '/authorize: a code for a client with consent',
      route: '/authorize',
      async prepare() {
        const { person, page } = await atConsent();
        await person.submit(page, { decision: 'allow' });
        return forCode(person, third);
      },
    },
    {
      name: '/authorize: a code for a consent that is for once',
      route: '/authorize',
      isSingle: true,
      startsAgain: {
        'UpdateItem people consents': 'done',
        'PutItem grants grant': 'failed',
        'UpdateItem people sessions': 'failed',
      },
      async prepare() {
        const { person, page, verifier } = await atConsent({ prompt: 'consent' });
        const allowed = await person.submit(page, { decision: 'allow' });
        const codeIn = (location: string) => parametersOf(new URL(location)).code;
        return {
          send: requestOf(person, locationOf(allowed)),
          isSuccess: (answer) => answer.status === 302 && codeIn(locationOf(answer)) !== undefined,
          holds: async (answer) =>
            (await redeem(server, third, { code: codeIn(locationOf(answer)), code_verifier: verifier })).status === 200,
        };
      },
    },
    {
      name: '/authorize: on to the consent page',
      route: '/authorize',
      async prepare() {
        const { person } = await signedIn();
        return {
          send: requestOf(person, authorizeTarget(third)),
          isSuccess: (answer) => answer.status === 303 && locationOf(answer).startsWith('/consent?'),
        };
      },
    },
    {
      name: '/authorize/hybrid: a code with an ID token',
      route: '/authorize/hybrid',
      prepare: async () => {
        const changes = { response_type: 'code id_token', nonce: 'a-nonce' };
        const attempt = forCode((await signedIn()).person, hybrid, changes, '/authorize/hybrid');
        return {
          ...attempt,
          isSuccess: (answer) => attempt.isSuccess(answer) && locationOf(answer).includes('id_token='),
        };
      },
    },
    {
      name: '/consent: the page',
      route: '/consent',
      async prepare() {
        const { person, page } = await atConsent();
        return { send: requestOf(person, page.target), isSuccess: ({ status }) => status === 200 };
      },
    },
    {
      name: '/consent: allowed',
      route: '/consent',
      async prepare() {
        const { person, page } = await atConsent();
        return {
          send: requestOf(person, page.target, { form_token: formTokenOf(page), decision: 'allow' }),
          isSuccess: (answer) => answer.status === 303 && locationOf(answer).startsWith('/authorize?'),
          holds: async (answer) => (await requestOf(person, locationOf(answer))()).status === 302,
        };
      },
    },
    {
      name: '/consent: denied',
      route: '/consent',
      async prepare() {
        const { person, page } = await atConsent();
        return {
          send: requestOf(person, page.target, { form_token: formTokenOf(page), decision: 'deny' }),
          isSuccess: (answer) => locationOf(answer).includes('error=access_denied'),
        };
      },
    },
    ...['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/jwks', '/errors'].map(
      (route): Scenario => ({
        name: route,
        route,
        prepare: async () => ({ send: () => send(world.port, route), isSuccess: ({ status }) => status === 200 }),
      }),
    ),
  ];
}

import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { deviceCodeGrant, tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { act } from '../people/account-flows.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { askForCodes, decideAt, enterUserCode, poll } from '../support/device.ts';
import { encodeFields, type Fields, send } from '../support/http.ts';
import {
  clientCredentials,
  type FullClient,
  introspect,
  machine,
  portal,
  refresh,
  registerApi,
  warehouse,
} from '../support/lifecycle.ts';
import { detailsText, paying, payment, registerType } from '../support/payment-type.ts';
import { newPerson, type Page, type Person, startSession } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem, type TokenAnswer } from '../support/protocol.ts';
import { openingOf, pushed } from '../support/pushed.ts';
import { startTestServer } from '../support/server.ts';

/* Authorization details (RFC 9396), from the request to the token. */

type Detailed = FullClient & { authorization_details_types?: readonly string[] };
const types = { authorization_details_types: ['payment'] };
const orders = 'https://api.example/orders';
const billing = 'https://api.example/billing';

const shop: Detailed = { ...portal, ...types, client_id: 'shop', client_name: 'Shop', first_party: false };
const trusted: Detailed = { ...portal, ...types, client_id: 'trusted', first_party: true };
const plain: Detailed = { ...portal, client_id: 'plain', first_party: false };
const agent: Detailed = { ...machine, ...types, client_id: 'agent', grant_types: [tokenExchange], scope: 'openid' };
const outsider: Detailed = { ...agent, client_id: 'outsider', authorization_details_types: undefined };
const robot: Detailed = { ...machine, ...types, client_id: 'robot' };
const tv: Detailed = { ...shop, client_id: 'tv', grant_types: [deviceCodeGrant] };

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [shop, trusted, plain, agent, outsider, robot, tv, warehouse],
  environment: {
    PIXY_TOKEN_EXCHANGE: 'on',
    PIXY_DEVICE_AUTHORIZATION: 'on',
    // With operators, people may have tokens for the management API.
    PIXY_OPERATORS: JSON.stringify({ claim: 'groups', read: ['ops'], write: ['ops'], delegate: ['ops'] }),
  },
  dynamodb: database.endpoint,
});
await registerType();
await registerType({
  ...payment,
  type: 'other',
  schema: { ...payment.schema, properties: { type: {} }, required: [] },
});
await registerApi({ resource: orders, scope: [], introspectedBy: ['warehouse'] });
await registerApi({ resource: billing, scope: [], introspectedBy: ['warehouse'] });

let person: Person;
let count = 0;

/** Every test has a person of its own, who allowed nothing yet. */
beforeEach(async () => {
  count += 1;
  server.clock.advance(1);
  person = newPerson(server);
  person.cookies.set(
    'pixy_session',
    await startSession(`person-${count}`, { now: server.clock.now(), lifetime: 3_600 }),
  );
});

const asking = (...details: unknown[]): Fields => ({ authorization_details: detailsText(...details) });
const isConsentPage = ({ status, body }: Page) => status === 200 && body.includes('name="decision"');
const responseIn = (page: Page) => parametersOf(new URL(page.headers.location ?? 'https://nowhere.example'));
const open = (client: Detailed, changes: Fields = {}) => person.follow(authorizeTarget(client, changes));

/** What a client has after the person allowed these details. */
async function granted(client: Detailed, details: readonly unknown[], { changes = '', form = {} as Fields } = {}) {
  const { verifier, challenge } = pkcePair();
  const target = authorizeTarget(client, { ...asking(...details), code_challenge: challenge }) + changes;
  const { code } = parametersOf(await person.authorize(target));
  return redeem(server, client, { code, code_verifier: verifier, ...form });
}
const resourceParameters = (...resources: string[]) =>
  resources.map((resource) => `&resource=${encodeURIComponent(resource)}`).join('');

type WithDetails = { authorization_details?: unknown };
const detailsIn = ({ json }: Pick<TokenAnswer, 'json'>) => (json as WithDetails).authorization_details;
const detailsOfToken = ({ json }: Pick<TokenAnswer, 'json'>) => claimsOf(json.access_token)['authorization_details'];
const refusalOf = ({ status, json }: TokenAnswer) => [status, json.error, json.reason];
const notGranted = [400, 'invalid_authorization_details', 'authorization_details_not_granted'];

describe('RA1, RA2: a request is refused with invalid_authorization_details', () => {
  const refused: [string, Detailed, string, string][] = [
    ['that has no JSON', shop, '[{', 'It is not a JSON array of 1 to 20 objects.'],
    ['with a type that is not registered', shop, detailsText({ type: 'wire' }), 'Element 0 has a type that is not registered.'],
    ['with a type that the client may not ask for', shop, detailsText(paying(), { type: 'other' }), 'Element 1 has a type that the client may not ask for.'],
    ['of a client that may ask for none', plain, detailsText(paying()), 'Element 0 has a type that the client may not ask for.'],
    ['without a member', shop, detailsText(paying({ to: undefined })), 'the member to is missing'],
    ['without a member inside', shop, detailsText(paying({ amount: { value: '1' } })), 'the member amount.currency is missing'],
    ['with an unknown member', shop, detailsText(paying({ extra: 1 })), 'the member extra is unknown'],
    ['with an unknown member inside', shop, detailsText(paying({ amount: { value: '1', currency: 'EUR', more: 1 } })), 'the member amount.more is unknown'],
    ['with a member of another type', shop, detailsText(paying({ to: ['x'] })), 'the member to does not match its type'],
    ['with a value that is not allowed', shop, detailsText(paying({ amount: { value: '1', currency: 'XXX' } })), 'the member amount.currency does not match its enum'],
    ['with a text of another form', shop, detailsText(paying(), paying({ amount: { value: '-1', currency: 'EUR' } })), 'Element 1 does not match its type: the member amount.value does not match its pattern'],
    ['with a member that names the prototype', shop, '[{"type":"payment","amount":{"value":"1","currency":"EUR"},"to":"x","__proto__":{}}]', 'the member __proto__ is unknown'],
    ['for an API that is not registered', shop, detailsText(paying({ locations: ['https://evil.example'] })), 'a location that is not a registered API: locations.0'],
    ['for the management API', shop, detailsText(paying({ locations: [`${server.issuer}/admin`] })), 'a location that is not a registered API: locations.0'],
  ]; // biome-ignore format: a table

  test.each(refused)('%s, at /authorize by redirect', async (_, client, text, because) => {
    const {
      error,
      error_description: description,
      state,
    } = responseIn(await open(client, { authorization_details: text }));
    expect([error, state]).toEqual(['invalid_authorization_details', 'a-state']);
    expect(description).toContain(because);
  });

  test.each(refused)('%s, at /par', async (_, client, text, because) => {
    const { status, json } = await pushed(server, client, { authorization_details: text });
    expect([status, json.error, json.reason]).toEqual([
      400,
      'invalid_authorization_details',
      'authorization_details_invalid',
    ]);
    expect(json.error_description).toContain(because);
  });

  test('with the name of a member that no description can have, which is shown without it', async () => {
    const { error_description: description } = responseIn(await open(shop, asking(paying({ 'a"\\\u0000é': 1 }))));
    expect(description).toContain('the member a???? is unknown');
  });

  test('and with invalid_request when the parameter comes twice', async () => {
    const twice = `${authorizeTarget(shop, asking(paying()))}&${encodeFields(asking(paying()))}`;
    expect(responseIn(await person.follow(twice)).error).toBe('invalid_request');
  });

  test('by a client for itself: nobody could agree', async () => {
    expect(refusalOf(await clientCredentials(server, robot, asking(paying())))).toEqual([
      400,
      'invalid_authorization_details',
      'authorization_details_invalid',
    ]);
  });
});

describe('RA3: consent', () => {
  test('is always asked for, whatever else was allowed', async () => {
    await granted(shop, [paying()]);
    expect(responseIn(await open(shop)).code).toBeDefined();
    expect(isConsentPage(await open(shop, asking(paying({ to: 'Merchant B' }))))).toBe(true);
    expect(isConsentPage(await open(shop, asking(paying(), paying({ note: 'more' }))))).toBe(true);
    expect(responseIn(await open(shop, { ...asking(paying({ to: 'B' })), prompt: 'none' })).error).toBe(
      'consent_required',
    );
  });

  test('is remembered for exactly the same details, however they are written', async () => {
    const other = paying({ to: 'Merchant B' });
    await granted(shop, [paying(), other]);
    const { type, amount, to } = paying();
    const sameInOtherOrder = { to, amount: { currency: amount.currency, value: amount.value }, type };
    expect(responseIn(await open(shop, asking(other, sameInOtherOrder))).code).toBeDefined();
    expect(isConsentPage(await open(shop, asking(other)))).toBe(true);
  });

  test('to the next details takes the place of the one before', async () => {
    await granted(shop, [paying()]);
    await granted(shop, [paying({ to: 'B' })]);
    expect(isConsentPage(await open(shop, asking(paying())))).toBe(true);
  });

  test('is gone with what the person takes back', async () => {
    await granted(shop, [paying()]);
    await act(person, { action: 'revoke_access', id: 'shop' });
    await person.authorize(authorizeTarget(shop));
    expect(isConsentPage(await open(shop, asking(paying())))).toBe(true);
  });

  test('is not asked for by a first-party client', async () => {
    expect(responseIn(await open(trusted, asking(paying()))).code).toBeDefined();
  });

  test('covers the APIs in the locations', async () => {
    await granted(shop, [paying()]);
    await granted(shop, [paying({ locations: [orders] })]);
    expect(responseIn(await person.follow(authorizeTarget(shop) + resourceParameters(orders))).code).toBeDefined();
    expect(isConsentPage(await person.follow(authorizeTarget(shop) + resourceParameters(billing)))).toBe(true);
  });
});

describe('RA4: the page says', () => {
  const hostile = paying({ to: '<b>Bank</b> & "Co"', note: '</li><script>alert(1)</script>\u202e' });

  test('each element in the words of its type, with values as text', async () => {
    const { body } = await open(shop, asking(hostile, paying()));
    expect(body).toContain(
      'Pay <strong><bdi>12.50</bdi></strong> <strong><bdi>EUR</bdi></strong> to <strong><bdi>&lt;b&gt;Bank&lt;/b&gt; &amp; &quot;Co&quot;</bdi></strong>',
    );
    expect(body).toContain('to <strong><bdi>Merchant A</bdi></strong>');
    expect(body).not.toContain('<b>Bank');
  });

  test('what the words leave out, as text, too', async () => {
    const { body } = await open(shop, asking(hostile));
    expect(body).toContain('<code>note</code>: <strong><bdi>&lt;/li&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(body).not.toContain('<script>alert');
  });

  test('it in the language of the person', async () => {
    const { body } = await open(shop, { ...asking(paying()), ui_locales: 'de' });
    expect(body).toContain('an <strong><bdi>Merchant A</bdi></strong> zahlen');
  });

  test('the same on the account page, until access is removed', async () => {
    await person.follow(authorizeTarget(shop, asking(paying())));
    const { json } = await granted(shop, [hostile]);
    expect(json.refresh_token).toBeDefined();
    const { body } = await person.open('/account');
    expect(body).toContain('to <strong><bdi>&lt;b&gt;Bank&lt;/b&gt;');
  });
});

describe('RA5: what was granted is', () => {
  test('in the token, in the answer, and in introspection', async () => {
    const answer = await granted(shop, [paying(), paying({ to: 'B', note: 'n' })]);
    const expected = [paying(), paying({ to: 'B', note: 'n' })];
    expect(detailsIn(answer)).toEqual(expected);
    expect(detailsOfToken(answer)).toEqual(expected);
    const { json } = await introspect(server, warehouse, { token: answer.json.access_token });
    expect([json['active'], json['authorization_details']]).toEqual([true, expected]);
    expect(claimsOf(answer.json.id_token)).not.toHaveProperty('authorization_details');
  });

  test('nowhere when there is nothing', async () => {
    const { verifier, challenge } = pkcePair();
    const { code } = parametersOf(await person.authorize(authorizeTarget(shop, { code_challenge: challenge })));
    const answer = await redeem(server, shop, { code, code_verifier: verifier });
    expect(answer.json).not.toHaveProperty('authorization_details');
    expect(claimsOf(answer.json.access_token)).not.toHaveProperty('authorization_details');
  });

  test('in the tokens of refreshes', async () => {
    const { json } = await granted(shop, [paying()]);
    const next = await refresh(server, shop, json.refresh_token);
    expect([detailsIn(next), detailsOfToken(next)]).toEqual([[paying()], [paying()]]);
  });

  test('only in tokens for its locations', async () => {
    const here = paying({ locations: [orders] });
    const there = paying({ to: 'B', locations: [billing] });
    const anywhere = paying({ to: 'C' });
    const both = await granted(shop, [here, there, anywhere]);
    expect(claimsOf(both.json.access_token)['aud']).toEqual([orders, billing, server.issuer]);
    expect(detailsIn(both)).toEqual([here, there, anywhere]);
    const one = await refresh(server, shop, both.json.refresh_token, { resource: orders });
    expect([detailsIn(one), detailsOfToken(one)]).toEqual([
      [here, anywhere],
      [here, anywhere],
    ]);
  });

  test('there when it was pushed, or came with a device', async () => {
    const { verifier, challenge } = pkcePair();
    const push = await pushed(server, shop, { ...asking(paying()), code_challenge: challenge });
    const page = await person.follow(openingOf(shop, push.json));
    expect(page.body).toContain('Merchant A');
    const { code } = parametersOf(await person.authorize(openingOf(shop, push.json)));
    expect(detailsIn(await redeem(server, shop, { code, code_verifier: verifier }))).toEqual([paying()]);

    const device = pkcePair();
    const proof = { code_challenge: device.challenge, code_challenge_method: 'S256' };
    const { json } = await askForCodes(server, tv, { ...asking(paying()), ...proof });
    const asked = await enterUserCode(person, json.user_code);
    expect(asked.body).toContain('to <strong><bdi>Merchant A</bdi></strong>');
    await decideAt(asked, person, json.user_code, 'allow');
    const answer = await poll(server, tv, json.device_code, { code_verifier: device.verifier });
    expect(detailsIn(answer)).toEqual([paying()]);
  });

  test('refused to a device as to a browser', async () => {
    const { challenge } = pkcePair();
    const proof = { code_challenge: challenge, code_challenge_method: 'S256' };
    const { status, json } = await askForCodes(server, tv, { ...asking({ type: 'wire' }), ...proof });
    expect([status, json.error]).toEqual([400, 'invalid_authorization_details']);
  });
});

describe('RA6: a token is never for more than was granted', () => {
  const [one, two] = [paying(), paying({ to: 'B', note: 'n' })];
  const wider: [string, unknown][] = [
    ['another element', paying({ to: 'C' })],
    ['an element with one more member', { ...one, note: 'x' }],
    ['an element with one member less', { ...two, note: undefined }],
    ['an element with another value', { ...one, amount: { ...one.amount, value: '12.51' } }],
    ['a type that was not granted', { type: 'other' }],
  ];

  test.each(wider)('for a code: %s, and the code is not spent', async (_, element) => {
    const { verifier, challenge } = pkcePair();
    const target = authorizeTarget(shop, { ...asking(one, two), code_challenge: challenge });
    const { code } = parametersOf(await person.authorize(target));
    const fields = { code, code_verifier: verifier };
    expect(refusalOf(await redeem(server, shop, { ...fields, ...asking(one, element) }))).toEqual(notGranted);
    expect(detailsIn(await redeem(server, shop, { ...fields, ...asking(two) }))).toEqual([two]);
  });

  test.each(wider)('at a refresh: %s, and the token is not used', async (_, element) => {
    const { json } = await granted(shop, [one, two]);
    expect(refusalOf(await refresh(server, shop, json.refresh_token, asking(element)))).toEqual(notGranted);
    const narrower = await refresh(server, shop, json.refresh_token, asking(one));
    expect([detailsIn(narrower), detailsOfToken(narrower)]).toEqual([[one], [one]]);
    // A narrower request is for that token alone.
    expect(detailsIn(await refresh(server, shop, narrower.json.refresh_token))).toEqual([one, two]);
  });

  test('whatever is asked for at refreshes', async () => {
    let token = (await granted(shop, [one, two])).json.refresh_token;
    const element = fc.record(
      {
        type: fc.constantFrom('payment', 'other'),
        amount: fc.constantFrom(one.amount, { value: '99.00', currency: 'EUR' }),
        to: fc.constantFrom('Merchant A', 'B'),
        note: fc.constantFrom('n', 'm'),
      },
      { requiredKeys: ['type', 'amount', 'to'] },
    );
    const any = fc.oneof(fc.constant(one), fc.constant(two), element);
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 3 }), async (asked) => {
        const answer = await refresh(server, shop, token, asking(...asked));
        const isGranted = (detail: unknown) => [one, two].some((held) => equal(held, detail));
        const reason = asked.every(isGranted) ? undefined : 'authorization_details_not_granted';
        expect(answer.json.reason).toBe(reason);
        token = answer.json.refresh_token ?? token;
        const told = answer.json.access_token === undefined ? [] : (detailsOfToken(answer) as unknown[]);
        expect(told.every((detail) => isGranted(detail) && asked.some((wanted) => equal(wanted, detail)))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('and of many requests for a part of it at once, one gets it', async () => {
    const { verifier, challenge } = pkcePair();
    const target = authorizeTarget(shop, { ...asking(one, two), code_challenge: challenge });
    const { code } = parametersOf(await person.authorize(target));
    const fields = { code, code_verifier: verifier, ...asking(one) };
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(server, shop, fields)));
    expect(answers.filter(({ status }) => status === 200).map(detailsIn)).toEqual([[one]]);
  });

  test('what is no JSON is refused before anything is looked at', async () => {
    const calls = await database.callsDuring(async () => {
      const answer = await refresh(server, shop, 'unknown', { authorization_details: '[' });
      expect(refusalOf(answer)).toEqual([400, 'invalid_authorization_details', 'authorization_details_invalid']);
    });
    expect(calls).toEqual([]);
  });

  test('by a client that acts for the person, which must be registered for the types as well', async () => {
    const { json } = await granted(shop, [one, two]);
    const exchange = (client: Detailed, fields: Fields = {}) => {
      const token = {
        subject_token: json.access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      };
      return clientCredentials(server, client, { grant_type: tokenExchange, ...token, ...fields });
    };
    expect(detailsOfToken(await exchange(agent))).toEqual([one, two]);
    expect(detailsIn(await exchange(agent, asking(two)))).toEqual([two]);
    expect(refusalOf(await exchange(agent, asking(paying({ to: 'C' }))))).toEqual(notGranted);
    const narrowed = (await exchange(agent, asking(two))).json.access_token;
    expect(refusalOf(await exchange(agent, { ...asking(one), subject_token: narrowed }))).toEqual(notGranted);
    expect(detailsIn(await exchange(outsider))).toBeUndefined();
  });
});

test('RA7: the metadata name the registered types', async () => {
  const { body } = await send(server.port, '/.well-known/oauth-authorization-server');
  expect(JSON.parse(body).authorization_details_types_supported).toEqual(['other', 'payment']);
});

test('a request without authorization details makes no call more than one with them', async () => {
  await granted(shop, [paying()]);
  const calls = (changes: Fields) => database.callsDuring(() => open(shop, changes));
  expect(await calls({})).toEqual(await calls(asking(paying())));
});

function equal(one: unknown, other: unknown): boolean {
  try {
    expect(JSON.parse(JSON.stringify(one))).toStrictEqual(JSON.parse(JSON.stringify(other)));
    return true;
  } catch {
    return false;
  }
}

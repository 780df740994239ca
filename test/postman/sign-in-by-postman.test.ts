import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { outcomeOf, startSeedServer } from '../seeds/seed-server.ts';
import { s256Of } from '../support/pkce.ts';
import { basic } from '../support/protocol.ts';
import { failuresOf, runCollection } from './run-collection.ts';

/*
 * Postman's own helper "Authorization Code (With PKCE)" with a public application of webMethods. newman runs a collection but not
 * the helper, so the test sends what the helper sends, as the settings of the collection say.
 */

const collection = JSON.parse(readFileSync('postman/sign-in-by-postman.postman_collection.json', 'utf8'));
const application = {
  client_id: 'wm-postman',
  client_secret: '9b1f0c5e-64d0-4c0b-8f6f-0c0a4d0f6e11',
  scope: 'openid profile',
  state: 'from-postman',
};

const server = await startSeedServer();
await server.moveIn('webmethods', 'webmethods-postman.json');

/** A setting of the helper, with the variables of the collection filled in. */
function setting(name: string): string {
  const { value } = collection.auth.oauth2.find(({ key }: { key: string }) => key === name);
  const variables: Record<string, string> = { issuer: server.issuer, ...application };
  return String(value).replaceAll(/\{\{(\w+)\}\}/g, (_, variable: string) => variables[variable] ?? '');
}

const pathOf = (name: string): string => setting(name).slice(server.issuer.length);
const verifier = 'postman-makes-one-of-43-characters-at-least';

/** The first step of the helper, with a person who signs in: the code. */
async function authorize(): Promise<string> {
  const answer = await server.authorize(pathOf('authUrl'), {
    response_type: 'code',
    state: setting('state'),
    client_id: setting('clientId'),
    scope: setting('scope'),
    redirect_uri: setting('redirect_uri'),
    code_challenge: s256Of(verifier),
    code_challenge_method: setting('challengeAlgorithm'),
  });
  expect(answer.state).toBe(application.state);
  return answer.code ?? '';
}

const grant = (code: string, code_verifier = verifier) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: setting('redirect_uri'),
  code_verifier,
  client_id: setting('clientId'),
});

/** The second step with the credentials in the body, which is how the collection has it. */
const redeem = (fields: ReturnType<typeof grant>) =>
  server.requestToken(pathOf('accessTokenUrl'), { ...fields, client_secret: setting('clientSecret') });

describe('K11: Postman, Authorization Code (With PKCE)', () => {
  test('its settings are those of the how-to', () => {
    expect(setting('grant_type')).toBe('authorization_code_with_pkce');
    expect(setting('redirect_uri')).toBe('https://oauth.pstmn.io/v1/callback');
    expect(pathOf('authUrl')).toBe('/invoke/pub.apigateway.oauth2/authorize');
    expect(pathOf('accessTokenUrl')).toBe('/invoke/pub.apigateway.oauth2/getAccessToken');
    expect(setting('client_authentication')).toBe('body');
  });

  test('gets no token with another verifier', async () => {
    expect(outcomeOf((await redeem(grant(await authorize(), 'v'.repeat(43)))).json)).toBe('code_verifier_mismatch');
  });

  test('gets one with its credentials in the header, the other way that Postman knows', async () => {
    const header = { authorization: basic(application) };
    const { json } = await server.requestToken(pathOf('accessTokenUrl'), grant(await authorize()), header);
    expect(outcomeOf(json)).toBe('granted');
  });

  test('gets one as the collection says, and its requests are answered with it', async () => {
    const { json } = await redeem(grant(await authorize()));
    expect(outcomeOf(json)).toBe('granted');
    const envVar = [
      { key: 'issuer', value: server.issuer },
      { key: 'access_token', value: json.access_token ?? '' },
    ];
    const summary = await runCollection({ collection, envVar });
    expect(failuresOf(summary)).toEqual([]);
    expect(summary.run.stats.assertions.total).toBe(collection.item.length);
  }, 600_000);
});

import { describe, expect, test } from 'vitest';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { tokenExchange } from '../../shared/oauth/server-metadata.ts';
import {
  credentialsOf,
  type FullClient,
  machine,
  mobile,
  obtainTokens,
  portal,
  refresh,
  refreshed,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { postToken } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

/* A grant can have a budget: how often tokens may be had by it after its code. It is part of the write that rotates the token. */

type Budgeted = FullClient & { grant_max_uses?: number };
const agent: Budgeted = { ...mobile, client_id: 'agent', grant_max_uses: 10 };
/** Keeps its refresh token. */
const keeper: Budgeted = { ...portal, client_id: 'keeper', grant_max_uses: 10, rotate_refresh_tokens: false };
const free: Budgeted = { ...mobile, client_id: 'free' };
const actor: FullClient = { ...machine, client_id: 'actor', grant_types: [tokenExchange], scope: 'openid' };

const server = await startTestServer({
  clients: [agent, keeper, free, actor],
  environment: { PIXY_TOKEN_EXCHANGE: 'on' },
});
const person = await signedInPerson(server);
const newTokens = (client: Budgeted) => obtainTokens(server, person, client);

const outcomes = (answers: readonly { status: number; json: { error_uri?: string } }[]) => {
  const reasons = answers.filter(({ status }) => status !== 200).map(({ json }) => json.error_uri?.split('#')[1]);
  return { tokens: answers.length - reasons.length, reasons: [...new Set(reasons)] };
};

function exchange(subject_token: string | undefined) {
  const { headers, fields } = credentialsOf(actor);
  const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token';
  return postToken(server, { ...fields, grant_type: tokenExchange, subject_token, subject_token_type }, headers);
}

describe.each([agent, keeper])('a budget of ten uses: $client_id', (client) => {
  test('of 50 refreshes with one token at the same time, exactly ten get tokens', async () => {
    const { refresh_token } = await newTokens(client);
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(server, client, refresh_token)));
    expect(outcomes(answers)).toEqual({ tokens: 10, reasons: ['grant_used_up'] });
  });

  test('ends after ten refreshes one by one', async () => {
    let { refresh_token } = await newTokens(client);
    for (let count = 0; count < 10; count += 1) ({ refresh_token } = await refreshed(server, client, refresh_token));
    const { status, json } = await refresh(server, client, refresh_token);
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_grant' });
    expect(outcomes([await refresh(server, client, refresh_token)])).toEqual({ tokens: 0, reasons: ['grant_used_up'] });
  });

  test('is used by clients that act, too, and by all at the same time not more often', async () => {
    const { access_token, refresh_token } = await newTokens(client);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0 ? exchange(access_token) : refresh(server, client, refresh_token),
      ),
    );
    expect(outcomes(answers)).toEqual({ tokens: 10, reasons: ['grant_used_up'] });
  });
});

test('a replay still revokes a grant that is used up', async () => {
  const { refresh_token: first } = await newTokens(agent);
  let { refresh_token } = await refreshed(server, agent, first);
  for (let count = 1; count < 10; count += 1) ({ refresh_token } = await refreshed(server, agent, refresh_token));
  server.clock.advance(60);
  expect(outcomes([await refresh(server, agent, first)]).reasons).toEqual(['refresh_token_replayed']);
  expect(outcomes([await refresh(server, agent, refresh_token)]).reasons).toEqual(['grant_revoked']);
});

test('without a budget there is no limit', async () => {
  const { refresh_token } = await newTokens(free);
  const answers = await Promise.all(Array.from({ length: 30 }, () => refresh(server, free, refresh_token)));
  expect(outcomes(answers)).toEqual({ tokens: 30, reasons: [] });
});

test.each([0, 1.5, '10', 1_000_001])('a budget of %s is none', async (budget) => {
  const registered = await parseRegistration({ ...agent, grant_max_uses: budget });
  expect(registered).toMatchObject({ ok: false, refusal: { member: 'grant_max_uses' } });
});

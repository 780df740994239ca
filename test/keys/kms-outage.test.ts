import { expect, test } from 'vitest';
import { mobile, obtainTokens, refresh, refreshed, userinfo } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { obtainCode, redeem } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';
import { kmsStub } from './kms-stub.ts';

/* Keys in KMS: a signature is a call that can fail. It is made before anything is spent. */

const kms = await kmsStub();
process.env['AWS_ENDPOINT_URL_KMS'] = kms.endpoint;
const server = await startTestServer({ clients: [mobile], environment: { PIXY_SIGNING: 'kms' } });
const person = await signedInPerson(server);

async function whileKmsFails<Value>(work: () => Promise<Value>): Promise<Value> {
  kms.failWith({ status: 400, type: 'AccessDeniedException' });
  try {
    return await work();
  } finally {
    kms.failWith(undefined);
  }
}

const newCode = async () => {
  const { code, verifier } = await obtainCode(person, mobile);
  return { code, code_verifier: verifier };
};

test('a code is not spent while KMS does not sign: the client sends it again', async () => {
  const form = await newCode();
  expect((await whileKmsFails(() => redeem(server, mobile, form))).status).toBe(503);
  const { status, json } = await redeem(server, mobile, form);
  expect(status).toBe(200);
  expect((await userinfo(server, json.access_token)).status).toBe(200);
});

test('a refresh token is not rotated while KMS does not sign, and works long after', async () => {
  const { refresh_token } = await obtainTokens(server, person, mobile);
  expect((await whileKmsFails(() => refresh(server, mobile, refresh_token))).status).toBe(503);
  server.clock.advance(600);
  const next = await refreshed(server, mobile, refresh_token);
  expect((await userinfo(server, next.access_token)).status).toBe(200);
});

test('20 redemptions at once: one gets tokens', async () => {
  const form = await newCode();
  const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(server, mobile, form)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('a replay revokes, without a signature', async () => {
  const form = await newCode();
  const { json } = await redeem(server, mobile, form);
  const count = kms.calls.length;
  expect((await redeem(server, mobile, form)).json.reason).toBe('code_spent');
  expect(kms.calls.length).toBe(count);
  expect((await userinfo(server, json.access_token)).status).toBe(401);
});

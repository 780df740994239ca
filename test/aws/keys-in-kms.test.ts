import { DescribeKeyCommand, KMSClient, ListKeysCommand, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { kmsKeyTag } from '../../shared/keys/kms-key-tag.ts';
import { send } from '../support/http.ts';
import { expectAllowedCalls } from './allowed-calls.ts';
import { callFunction, parameterOf, pixy } from './deployed-server.ts';
import { deploy, ownAccount, succeed } from './deployed-stages.ts';
import { registerAda, signAdaIn } from './signed-in.ts';

/*
 * A stage whose private keys are in KMS from the first deployment on, and one that changes to KMS and back. What is in the Keys table is
 * wrapped by KMS as well.
 */

const { standIn, missing } = ownAccount();

type Listed = { kid: string; custody: string; state: string };
const listedKeys = async (): Promise<Listed[]> =>
  JSON.parse(await pixy(standIn(), 'dev', ['keys', 'list', '--json'])) as Listed[];

/** The keys in KMS that have the tag of a server, and whether they can be used. */
async function keysInKms(table: string): Promise<(string | undefined)[]> {
  const kms = new KMSClient(standIn().clients);
  const { Keys = [] } = await kms.send(new ListKeysCommand({}));
  const states: (string | undefined)[] = [];
  for (const { KeyId } of Keys) {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    if (KeyMetadata?.KeyManager === 'AWS') continue;
    const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
    if (Tags.some(({ TagKey, TagValue }) => TagKey === kmsKeyTag && TagValue === table))
      states.push(KeyMetadata?.KeyState);
  }
  return states;
}

describe.skipIf(missing !== undefined)('a stage with signing: kms', () => {
  it('signs somebody in with a key that KMS made and keeps', async () => {
    await deploy(standIn(), 'dev', '-c', 'signing=kms');
    await registerAda(standIn(), 'dev');
    const { server, tokens } = await signAdaIn(standIn(), 'dev');
    const keys = createLocalJWKSet(JSON.parse((await send(server.port, '/jwks')).body));
    await jwtVerify(tokens.access_token ?? '', keys, { issuer: server.issuer });
    const [key, ...others] = await listedKeys();
    expect(others).toEqual([]);
    expect(key).toMatchObject({ custody: 'kms', kid: decodeProtectedHeader(tokens.access_token ?? '').kid });
    expect(await keysInKms(await parameterOf(standIn(), 'dev', 'tables/keys'))).toEqual(['Enabled']);
  });

  it('rotates: another key in KMS, published before it signs', async () => {
    await pixy(standIn(), 'dev', ['keys', 'rotate', '--why', 'a test']);
    expect((await listedKeys()).map(({ custody }) => custody)).toEqual(['kms', 'kms']);
    expect(await keysInKms(await parameterOf(standIn(), 'dev', 'tables/keys'))).toEqual(['Enabled', 'Enabled']);
    await signAdaIn(standIn(), 'dev');
  });

  it('D6: leaves its keys in KMS when it is removed, with the tag that docs/operations.md finds them by', async () => {
    const table = await parameterOf(standIn(), 'dev', 'tables/keys');
    await succeed(standIn(), 'destroy', '--all', '--app', 'dev.out', '--force');
    expect(await keysInKms(table)).toEqual(['Enabled', 'Enabled']);
  });
});

const hour = 3_600;
/** A day after the first key in KMS has signed for 90 days. */
const rotated = 93 * 24 * hour;
const signs = ({ access_token = '' }: { access_token?: string }): string | undefined =>
  decodeProtectedHeader(access_token).kid;

/** The stage, `later` seconds from now. */
async function liveLater(later: number) {
  await standIn().liveLater(later);
  const currentDate = new Date(Date.now() + later * 1_000);
  return {
    rotate: () => callFunction(standIn(), 'dev', 'RotateKeys'),
    async signIn() {
      const { server, tokens } = await signAdaIn(standIn(), 'dev');
      const published = JSON.parse((await send(server.port, '/jwks')).body) as JSONWebKeySet;
      const keys = createLocalJWKSet(published);
      await jwtVerify(tokens.access_token ?? '', keys, { issuer: server.issuer, currentDate });
      return { tokens, published: published.keys.map(({ kid }) => kid), keys };
    },
  };
}

describe.skipIf(missing !== undefined)('a stage that changes from memory to KMS', () => {
  const before: { token: string; kid: string | undefined } = { token: '', kid: undefined };
  const inKms: { token: string; kid: string | undefined } = { token: '', kid: undefined };
  /** When tokens of before are still valid, whatever the clock of the functions. */
  const at = new Date();
  let callsBefore = 0;

  it('publishes a key in KMS with the second deployment, and goes on signing with the one in memory', async () => {
    callsBefore = (await standIn().calls()).length;
    await deploy(standIn(), 'dev');
    await registerAda(standIn(), 'dev');
    const { tokens } = await (await liveLater(0)).signIn();
    Object.assign(before, { token: tokens.access_token, kid: signs(tokens) });
    expect(await listedKeys()).toMatchObject([{ kid: before.kid, custody: 'memory', state: 'signing' }]);

    await deploy(standIn(), 'dev', '-c', 'signing=kms');
    expect(await listedKeys()).toMatchObject([
      { custody: 'kms', state: 'next' },
      { kid: before.kid, custody: 'memory', state: 'signing' },
    ]);
    const now = await (await liveLater(0)).signIn();
    expect(signs(now.tokens)).toBe(before.kid);
    expect(now.published).toHaveLength(2);
  });

  it('signs with KMS 26 hours later, and tokens of before still verify by the JWKS', async () => {
    const { tokens, keys, published } = await (await liveLater(27 * hour)).signIn();
    expect(published).toContain(before.kid);
    const [first] = await listedKeys();
    expect(first).toMatchObject({ custody: 'kms', kid: signs(tokens) });
    await jwtVerify(before.token, keys, { currentDate: at });
    const actions = await expectAllowedCalls(standIn(), 'dev', callsBefore);
    expect([...actions]).toEqual(
      expect.arrayContaining(['kms:CreateKey', 'kms:TagResource', 'kms:Sign', 'kms:Decrypt']),
    );
  });

  it('rotates to another key in KMS after 90 days, and forgets the one in memory', async () => {
    await (await liveLater(rotated)).rotate();
    const { tokens, published } = await (await liveLater(rotated + 27 * hour)).signIn();
    expect(published).not.toContain(before.kid);
    expect((await listedKeys()).map(({ custody }) => custody)).toEqual(['kms', 'kms']);
    Object.assign(inKms, { token: tokens.access_token, kid: signs(tokens) });
    expect(inKms.kid).toBe((await listedKeys())[0]?.kid);
  });

  it('goes back: signs with KMS for 26 hours, then in memory, and has KMS delete its keys when their last token has expired', async () => {
    const table = await parameterOf(standIn(), 'dev', 'tables/keys');
    await standIn().liveLater(rotated + 27 * hour);
    await deploy(standIn(), 'dev');
    const [next] = await listedKeys();
    expect(next).toMatchObject({ custody: 'memory', state: 'next' });
    expect(signs((await (await liveLater(rotated + 28 * hour)).signIn()).tokens)).toBe(inKms.kid);

    const { tokens, keys } = await (await liveLater(rotated + 54 * hour)).signIn();
    expect(signs(tokens)).toBe(next?.kid);
    await jwtVerify(inKms.token, keys, { currentDate: new Date(at.getTime() + (rotated + 27 * hour) * 1_000) });

    await (await liveLater(rotated + 81 * hour)).rotate();
    expect((await listedKeys()).map(({ kid, custody }) => ({ kid, custody }))).toEqual([
      { kid: next?.kid, custody: 'memory' },
    ]);
    expect(new Set(await keysInKms(table))).toEqual(new Set(['PendingDeletion']));
  });
});

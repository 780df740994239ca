import { DescribeKeyCommand, KMSClient, ListKeysCommand, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { kmsKeyTag } from '../../shared/keys/kms-key-tag.ts';
import { send } from '../support/http.ts';
import { parameterOf, pixy } from './deployed-server.ts';
import { deploy, ownAccount, succeed } from './deployed-stages.ts';
import { registerAda, signAdaIn } from './signed-in.ts';

/* A stage whose private keys are in KMS from the first deployment on; what is in the Keys table is wrapped by KMS as well. */

const { standIn, missing } = ownAccount();

type Listed = { kid: string; custody: string };
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

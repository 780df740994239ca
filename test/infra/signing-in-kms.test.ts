import { afterAll, beforeAll, expect, test } from 'vitest';
import { kmsCustody } from '../../shared/keys/kms-custody.ts';
import { kmsStub } from '../keys/kms-stub.ts';
import {
  functionsOf,
  list,
  type Properties,
  policiesOf,
  removeAssemblies,
  type Synthesized,
  synthesize,
} from './synthesize.ts';

/* What signing in KMS really asks of KMS, against the permissions of a stage that is deployed with it. */

afterAll(removeAssemblies);

const kms = await kmsStub();
const asked: { action: string; input: Properties }[] = [];
kms.client.middlewareStack.add(
  (next, { commandName }) =>
    (sent) => {
      asked.push({ action: `kms:${commandName?.replace('Command', '')}`, input: sent.input });
      return next(sent);
    },
  { step: 'initialize' },
);

let made: Synthesized;
beforeAll(async () => {
  made = synthesize({ signing: 'kms' });
  const custody = kmsCustody(kms.client, 'the-keys-table');
  const key = await custody.generate('RS256', 0);
  await (await custody.open(key)).sign(Buffer.from('header.payload'));
  await custody.destroy(key);
});

const kmsActionsOf = (name: string): string[] => {
  const lambda = functionsOf(made.api).get(name) ?? expect.unreachable();
  const actions = policiesOf(made.api, lambda).statements.flatMap(({ Action }) => list(Action));
  return actions.filter((action) => action.startsWith('kms:')).sort();
};

test('rotate-keys may do what making and retiring a key takes, and wrap the key of refresh tokens', () => {
  const calls = asked.map(({ action }) => action).filter((action) => action !== 'kms:Sign');
  // A key that is made with a tag is tagged in the same call, which is a permission of its own.
  expect(kmsActionsOf('RotateKeys')).toEqual([...calls, 'kms:TagResource', 'kms:Encrypt'].sort());
});

test('the functions that sign may sign, and decrypt the keys of an earlier setting', () => {
  expect(asked.map(({ action }) => action)).toContain('kms:Sign');
  // Once more for the keys of refresh tokens, with which codes name their person.
  expect(kmsActionsOf('AuthorizeHybrid')).toEqual(['kms:Decrypt', 'kms:Decrypt', 'kms:Sign']);
  // And for the key of nonces.
  expect(kmsActionsOf('Token')).toEqual(['kms:Decrypt', 'kms:Decrypt', 'kms:Sign']);
});

test('a key is made for signing only, with the tag that the permissions ask for: the Keys table of its server', () => {
  expect(asked.find(({ action }) => action === 'kms:CreateKey')?.input).toMatchObject({
    KeyUsage: 'SIGN_VERIFY',
    Tags: [{ TagKey: 'pixy-keys-table', TagValue: 'the-keys-table' }],
  });
});

test('the functions know where keys are from their environment', () => {
  const variables = functionsOf(made.api).get('Token')?.Properties['Environment'].Variables;
  expect(variables).toMatchObject({ PIXY_SIGNING: 'kms' });
  expect(functionsOf(synthesize().api).get('Token')?.Properties['Environment'].Variables).not.toHaveProperty(
    'PIXY_SIGNING',
  );
});

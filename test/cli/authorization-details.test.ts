import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { payment } from '../support/payment-type.ts';
import { startWorkbench } from './pixy.ts';

const bench = await startWorkbench();
const { pixy } = bench;
const file = join(bench.folder, 'payment.json');
await writeFile(file, JSON.stringify(payment.schema));
const group = 'authorization-details';
const flags = ['--schema', file, '--description', payment.description];

describe('authorization-details add refuses', () => {
  test.each([
    [['payment', '--schema', file], 'description is missing'],
    [['payment', '--description', 'Pay'], 'schema is missing'],
    [
      ['payment', ...flags, '--description', 'Pay {nobody}'],
      'description names {nobody}, which the schema does not have',
    ],
    [['wire', ...flags], 'schema refuses the type wire'],
    [['two words', ...flags], 'type is not 1 to 200 visible ASCII characters'],
  ])('%j', async (argv, sentence) => {
    const { exitCode, errors } = await pixy(group, 'add', ...argv);
    expect(errors).toContain(sentence);
    expect(exitCode).toBe(1);
  });

  test('a schema that is not JSON, without repeating it', async () => {
    const broken = join(bench.folder, 'broken.json');
    await writeFile(broken, '{ secret');
    const answer = await pixy(group, 'add', 'payment', '--schema', broken, '--description', 'x');
    expect(answer).toMatchObject({ exitCode: 1, errors: 'error: The schema is not JSON.\n' });
  });
});

test('a type is added, listed, shown, changed and removed, and the change log has it all', async () => {
  const added = await pixy(
    group,
    'add',
    'payment',
    ...flags,
    '--description-in',
    'de={to} zahlen',
    '--why',
    'the bank',
  );
  expect(added.output).toBe('Added type payment (version 1).\n');
  expect((await pixy(group, 'add', 'payment', ...flags)).errors).toContain('There is already a type payment');
  expect((await pixy(group, 'list')).output).toMatch(/^payment +Pay \{amount\.value\}/m);
  expect((await pixy(group, 'show', 'payment', '--json')).json()).toMatchObject({
    type: 'payment',
    schema: payment.schema,
    descriptions: { de: '{to} zahlen' },
    version: 1,
  });
  const changed = await pixy(group, 'set', 'payment', '--description', 'Pay {to}');
  expect(changed.output).toContain('description: Pay {amount.value} {amount.currency} to {to} → Pay {to}');
  expect((await pixy(group, 'set', 'payment')).exitCode).toBe(2);
  expect((await pixy(group, 'set', 'payment', '--description', 'x', '--if-version', '1')).exitCode).toBe(3);
  const changes = (await pixy('policy', 'log', '--json')).json() as { id: string; detail_type?: string }[];
  expect(changes.flatMap(({ detail_type: type }) => type ?? [])).toEqual(['payment', 'payment']);
  const rolledBack = await pixy('policy', 'rollback', changes[0]?.id ?? '');
  expect(rolledBack.errors).toContain('pixy authorization-details');
  expect((await pixy('policy', 'log')).output).toContain('authorization details payment');
  expect((await pixy(group, 'remove', 'payment')).output).toBe('Removed type payment (version 3).\n');
  expect((await pixy(group, 'show', 'payment')).errors).toBe('error: There is no type payment.\n');
  expect((await pixy(group, 'list')).output).toBe('There are no types.\n');
});

test('RA2: a client is registered for types, exported and imported with them, and for none again', async () => {
  const one = ['--authorization-details-type', 'payment', '--authorization-details-type', 'wire'];
  await pixy('clients', 'add', 'shop', '--redirect-uri', 'https://shop.example/cb', '--auth-method', 'none', ...one);
  const typesOf = async () => (await pixy('clients', 'show', 'shop', '--json')).json().authorization_details_types;
  expect(await typesOf()).toEqual(['payment', 'wire']);
  const exported = join(bench.folder, 'clients.json');
  await writeFile(exported, (await pixy('clients', 'export', 'shop')).output);
  await pixy('clients', 'set', 'shop', '--authorization-details-type', 'none');
  expect(await typesOf()).toBeUndefined();
  await pixy('clients', 'remove', 'shop');
  expect((await pixy('clients', 'import', exported, '--format', 'rfc7591')).exitCode).toBe(0);
  expect(await typesOf()).toEqual(['payment', 'wire']);
  const wrong = await pixy('clients', 'set', 'shop', '--authorization-details-type', 'a b');
  expect(wrong.errors).toContain('authorization_details_types.0 is not 1 to 200 visible ASCII characters');
});

import { describe, expect, test } from 'vitest';
import { changeClient, newClient } from '../../shared/clients/change-client.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { sectorOf } from '../../shared/clients/sector.ts';
import { judgeSectorDocument, withSectorJudged } from '../../shared/clients/sector-document.ts';
import { parseAccounts } from '../../shared/people/account-import.ts';
import { type ForeignPairwise, foreignSubject } from '../../shared/people/import/foreign-pairwise.ts';
import { readPairwise } from '../../shared/people/import/pairwise-subjects.ts';
import { startTlsHost } from '../support/tls-host.ts';

const one = 'https://one.example/callback';
const two = 'https://two.example/callback';

describe('OC11: the sector of a client', () => {
  test.each([
    [[one], undefined, 'one.example'],
    [[one, 'https://one.example:8443/other'], undefined, 'one.example'],
    [[one, two], undefined, undefined],
    [[one, two], 'https://sector.example/uris.json', 'sector.example'],
    [['http://127.0.0.1/callback'], undefined, undefined],
    [['com.example.app:/callback'], undefined, undefined],
    [[one, 'com.example.app:/callback'], undefined, undefined],
  ])('of %j and %s is %s', (redirectUris, sectorIdentifierUri, sector) => {
    expect(sectorOf({ redirectUris, sectorIdentifierUri })).toBe(sector);
  });

  test.each([
    [{ redirect_uris: [one, two] }, 'subject_type'],
    [{ redirect_uris: ['http://127.0.0.1/callback'] }, 'subject_type'],
    [{ redirect_uris: [one], sector_identifier_uri: 'http://sector.example/uris' }, 'sector_identifier_uri'],
    [{ redirect_uris: [one], sector_identifier_uri: 'https://127.0.0.1/uris' }, 'sector_identifier_uri'],
    [{ redirect_uris: [one], subject_type: 'private' }, 'subject_type'],
  ])('is needed: %j is refused', async (members, member) => {
    const registered = await parseRegistration({ client_id: 'a', subject_type: 'pairwise', ...members });
    expect(registered).toMatchObject({ ok: false, refusal: { member } });
  });
});

const documents: Record<string, string> = {
  '/both': JSON.stringify([one, two]),
  '/one': JSON.stringify([one]),
  '/object': '{}',
};
const host = await startTlsHost((request, response) => {
  const body = documents[request.url ?? ''];
  response.writeHead(body === undefined ? 404 : 200).end(body);
});

describe('OC11: the document of a sector', () => {
  const judge = async (path: string) => {
    const registered = await parseRegistration({
      client_id: 'a',
      redirect_uris: [one, two],
      subject_type: 'pairwise',
      sector_identifier_uri: `https://client.example${path}`,
    });
    if (!registered.ok) throw new Error(registered.refusal.problem);
    return (await judgeSectorDocument(registered.value, host.network()))?.problem;
  };

  test('lists every redirect URI', async () => {
    expect(await judge('/both')).toBeUndefined();
    expect(await judge('/one')).toBe(`does not list the redirect URI ${two}`);
    expect(await judge('/object')).toBe('does not lead to a JSON list of redirect URIs');
    expect(await judge('/missing')).toBe('cannot be fetched (not served)');
  });
});

describe('what people bring along from another server', () => {
  test('is what Keycloak makes with its mapper, and what oidc-provider shows', () => {
    const way = { sector: 'shop.example', salt: 'salt' };
    // By Java's MessageDigest and UUID.nameUUIDFromBytes, and by Python's hashlib.
    const uuid = '1528dc7f-0912-3fbe-88e0-f4ec787d072a';
    const hex = '23067e8f094bfd94199ff315bc080cb959cbc4ff4aae9e857b471bbe95b69c33';
    expect(foreignSubject({ from: 'keycloak', ...way }, 'a-person')).toBe(uuid);
    expect(foreignSubject({ from: 'oidc-provider', ...way }, 'a-person')).toBe(hex);
  });

  test.each([
    [{ 'Shop.example': 'x' }, 'pairwise_subjects.Shop.example'],
    [{ 'shop.example': 'with space' }, 'pairwise_subjects.shop.example'],
    [{ 'shop.example': 1 }, 'pairwise_subjects.shop.example'],
    [['x'], 'pairwise_subjects'],
  ])('%j is refused', (given, member) => {
    expect(readPairwise(given)).toMatchObject({ ok: false, refusal: [{ member }] });
  });
});

describe('an account that moves in', () => {
  const entry = { username: 'ada', claims: { sub: 'a-person' } };
  const subjectsOf = (given: object, pairwise?: ForeignPairwise[]) => {
    const parsed = parseAccounts('json', JSON.stringify([given]), undefined, { pairwise });
    return parsed.ok ? parsed.value.accounts[0]?.account.pairwiseSubjects : parsed.refusal;
  };

  test('brings its pairwise subjects, from the file or made as the other server made them', () => {
    const given = { 'shop.example': 'as-before' };
    const ways: ForeignPairwise[] = [
      { from: 'oidc-provider', sector: 'shop.example', salt: 'salt' },
      { from: 'keycloak', sector: 'clinic.example', salt: 'salt' },
    ];
    expect(subjectsOf({ ...entry, pairwise_subjects: given })).toEqual(given);
    expect(subjectsOf(entry)).toBeUndefined();
    expect(subjectsOf({ ...entry, pairwise_subjects: given }, ways)).toEqual({
      ...given,
      'clinic.example': expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });
});

test('OC11: a client whose sector cannot be read is neither made nor changed', async () => {
  const document = {
    client_id: 'a',
    redirect_uris: [one, two],
    sector_identifier_uri: 'https://sector.example/uris.json',
  };
  const open = await newClient(document, 0);
  if (!open.ok) throw new Error('the client is refused');
  expect(await withSectorJudged(open)).toEqual(open);
  const refusal = [{ member: 'sector_identifier_uri', problem: expect.stringMatching(/^cannot be fetched/) }];
  const made = await withSectorJudged(await newClient({ ...document, subject_type: 'pairwise' }, 0));
  expect(made).toEqual({ ok: false, refusal });
  const changed = await changeClient(open.value.client, { subject_type: 'pairwise' }, 0);
  expect(await withSectorJudged(changed, open.value.client)).toEqual({ ok: false, refusal });
  if (!changed.ok) throw new Error('the change is refused');
  const renamed = await changeClient(changed.value.client, { client_name: 'Another name' }, 0);
  expect(await withSectorJudged(renamed, changed.value.client)).toMatchObject({ ok: true });
});

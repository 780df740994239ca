import { describe, expect, test } from 'vitest';
import {
  type AccountFormatName,
  type AccountOptions,
  accountReader,
  ldifGroupsReader,
  parseAccounts,
} from '../../shared/people/account-import.ts';
import { verifyStoredPassword } from '../support/verify-hash.ts';

/* People of LDAP directories, FusionAuth, Clerk and Supabase, in the shape of their exports. */

function parse(format: AccountFormatName, file: unknown, options: AccountOptions = {}) {
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  const parsed = parseAccounts(format, text, undefined, options);
  if (!parsed.ok) throw new Error(parsed.refusal);
  const { accounts, refused } = parsed.value;
  return {
    accounts: accounts.map(({ account }) => account),
    left: accounts.flatMap(({ leftBehind }) => leftBehind),
    refused: refused.map(({ entry, member, problem }) => `${entry}: ${member} ${problem}`),
  };
}

const password = 'grünes Dach, 12 Ziegel';
const bcrypt = '$2a$04$/EV4GH.n7rtyLRupPPE5NeUR.p6R73ylzQIdMTF.J9pKSO7o0QWhK';
const shaCrypt =
  '{CRYPT}$6$rounds=1000$xm/VD4BfdZ7Qkgy6$Mt8JTHi3nfkt847Kq1Vtye7Bw9I5kZW6krfohGBJI6RqA37kdJ34DviZcCxUMwuzhaqg0j8Qr0P/4JO46xRK1.';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a directory', () => {
  const directory = [
    'version: 1',
    '',
    '# extended LDIF',
    '',
    'dn: dc=example,dc=com',
    'objectClass: domain',
    'dc: example',
    '',
    'dn: uid=ada,ou=people,dc=example,dc=com',
    'objectClass: inetOrgPerson',
    'objectClass: posixAccount',
    'uid: ada',
    `cn:: ${base64('Ada Gräfin Lovelace')}`,
    'sn: Love',
    ' lace',
    'givenName: Ada',
    'mail: ada@example.com',
    'mail: countess@example.com',
    `userPassword:: ${base64(shaCrypt)}`,
    'entryUUID: 8d0f0b6e-1f5c-4f65-9d4f-0a3f2b1c7e11',
    'departmentNumber: 7',
    'entryCSN: 20240101000000.000000Z#000000#000#000000',
    '',
    'dn: uid=grace, ou=people, dc=example, dc=com',
    'changetype: add',
    'objectclass: inetOrgPerson',
    'uid: grace',
    'nsAccountLock: TRUE',
    '',
    'dn: cn=editors,ou=groups,dc=example,dc=com',
    'objectClass: groupOfNames',
    'cn: editors',
    'member: UID=ada, OU=people, DC=example, DC=com',
    '',
    'dn: cn=wheel,ou=groups,dc=example,dc=com',
    'objectClass: posixGroup',
    'cn: wheel',
    'memberUid: ada',
    'memberUid: grace',
    '',
    '# search result',
    'search: 2',
    'result: 0 Success',
  ].join('\n');

  test('people, with their names, the hash that they have there, and the groups that name them', async () => {
    const { accounts, left } = parse('ldif', directory, { claimColumns: ['groups'] });
    expect(accounts).toEqual([
      {
        username: 'ada',
        email: 'ada@example.com',
        passwordHash: shaCrypt,
        claims: {
          name: 'Ada Gräfin Lovelace', given_name: 'Ada', family_name: 'Lovelace', email: 'ada@example.com',
          email_verified: false, groups: ['editors', 'wheel'],
        },
      },
      { username: 'grace', disabled: true, claims: { groups: ['wheel'] } },
    ]); // biome-ignore format: a table
    expect(await verifyStoredPassword(password, accounts[0]?.passwordHash)).toBe(true);
    expect(left).toEqual(['entryUUID', 'departmentNumber']);
  });

  test('with line ends of Windows, read a few characters at a time, is the same', () => {
    expect(parse('ldif', directory.replaceAll('\n', '\r\n'))).toEqual(parse('ldif', directory));
  });

  const person = (...lines: string[]) =>
    ['dn: uid=ada,dc=example,dc=com', 'objectClass: person', 'uid: ada', ...lines, ''].join('\n');

  test('a digest that is guessed quickly is refused by its scheme, and left behind where the operator says so', () => {
    const weak = person(`userPassword:: ${base64('{SSHA}mpwUbbFbOqCniqcgoU4Wh2ppyO51rlUq')}`);
    expect(parse('ldif', weak).refused).toEqual([
      'line 1 (ada): userPassword is SSHA, which is not verified here: leave it behind with --skip-members SSHA, and people choose a new password, by mail or from a link of pixy accounts invite',
    ]);
    const skipped = parse('ldif', `${weak}\n${person(`userPassword: ${shaCrypt}`).replaceAll('ada', 'grace')}`, {
      skipMembers: ['ssha'],
    });
    expect(skipped.accounts.map(({ passwordHash }) => passwordHash)).toEqual([undefined, shaCrypt]);
    expect(skipped.left).toEqual(['userPassword.SSHA']);
  });

  test('of several hashes, one that can be verified is taken', () => {
    const text = person('userPassword: {SSHA}mpwUbbFbOqCniqcgoU4Wh2ppyO51rlUq', `userPassword: ${shaCrypt}`);
    expect(parse('ldif', text).accounts[0]?.passwordHash).toBe(shaCrypt);
  });

  test.each([
    ['pwdReset: TRUE', `userPassword: ${shaCrypt}`, 'pwdReset has a password that has to be changed'],
    ['uidNumber: 1', 'userPassword: {CRYPT}$6$rounds=999999$abcdefgh$x', 'password_hash is not of the form $6$'],
    ['uidNumber: 1', 'userPassword: hunter2', 'password '],
  ])('%s, %s is refused', (...lines) => {
    const problem = lines.pop() ?? '';
    const { refused } = parse('ldif', person(...lines));
    expect(refused[0]).toContain(problem);
    expect(refused.join()).not.toContain('hunter2');
  });

  test.each([
    ['userAccountControl: 514', true],
    ['userAccountControl: 512', undefined],
    ['pwdAccountLockedTime: 000001010000Z', true],
    ['pwdAccountLockedTime: 20240101000000Z', undefined],
    ['ds-pwp-account-disabled: true', true],
    ['loginDisabled: TRUE', true],
    ['ibm-pwdAccountLocked: true', true],
    ['nsAccountLock: true\nNSACCOUNTLOCK: false', true],
    ['userPassword: {CRYPT}!', undefined],
  ])('%s: disabled is %s', (line, disabled) => {
    expect(parse('ldif', person(line)).accounts[0]?.disabled).toBe(disabled);
  });

  test.each([
    [
      'dn: uid=ada\nchangetype: delete\n',
      'has a change in line 2: export the entries themselves, with slapcat or ldapsearch -LLL',
    ],
    ['dn: uid=ada\njpegPhoto:< file:///tmp/photo.jpg\n', 'has a value in line 2 that is not in the file'],
    ['uid: ada\n', 'is no LDIF in line 1: an entry begins with its dn'],
    ['dn: uid=ada\nada lovelace\n', 'is no LDIF in line 2'],
    ['dn: uid=ada\ndn: uid=bob\n', 'is no LDIF in line 2: an empty line is missing before the next dn'],
  ])('%j is refused', (text, refusal) => {
    expect(parseAccounts('ldif', text)).toEqual({ ok: false, refusal });
  });
});

describe('what a directory may say', () => {
  const person = (...lines: string[]) =>
    ['dn: uid=ada,dc=example,dc=com', 'objectClass: person', 'uid: ada', ...lines, ''].join('\n');

  test('a password of bytes that are no text is refused, and no base64 becomes the password', () => {
    const latin1 = Buffer.from('pässwort, lang genug', 'latin1').toString('base64');
    expect(parse('ldif', person(`userPassword:: ${latin1}`))).toMatchObject({
      accounts: [],
      refused: [
        'line 1 (ada): userPassword has bytes that are no text, which cannot move in: leave it behind with --skip-members userPassword',
      ],
    });
    const id = Buffer.from([0xff, 0xfe, 0x80]).toString('base64');
    const { accounts } = parse('ldif', person(`objectGUID:: ${id}`), { claimMap: { sub: 'objectGUID' } });
    expect(accounts[0]?.claims).toEqual({ sub: id });
  });

  test('an attribute is one attribute, however it is spelt', () => {
    const { accounts, left } = parse('ldif', person('mail: ada@example.com', 'Mail: countess@example.com'));
    expect(accounts[0]?.email).toBe('ada@example.com');
    expect(left).toEqual([]);
  });

  test('the groups that name a person are theirs, whatever their own entry says', () => {
    const group = ['dn: cn=wheel', 'objectClass: posixGroup', 'cn: wheel', 'memberUid: ada', ''].join('\n');
    const text = `${person('groups: admins')}\n${group}`;
    expect(parse('ldif', text, { claimColumns: ['groups'] }).accounts[0]?.claims).toEqual({ groups: ['wheel'] });
  });

  test('attributes may have numbers for names, and a search may lead elsewhere', () => {
    const text = `${person('2.5.4.13: poet')}\n# search reference\nref: ldap://other.example/dc=x??sub\n`;
    expect(parse('ldif', text).left).toEqual(['2.5.4.13']);
  });

  test('hundreds of thousands of members, blanks and pieces of one line are read once each', () => {
    const group = ['dn: cn=g', 'objectClass: groupOfNames', 'cn: g', `member: a${' '.repeat(500_000)}b`];
    const members = Array.from({ length: 200_000 }, (_, at) => `member: uid=u${at},dc=x`);
    const groups = ldifGroupsReader();
    groups.push([...group, ...members, '', ''].join('\n'));
    expect(groups.end().get('dn uid=u199999,dc=x')).toEqual(['g']);
    const reader = accountReader('ldif');
    reader.push('dn: a\njpegPhoto:: ');
    for (let piece = 0; piece < 2_000; piece += 1) reader.push('A'.repeat(40_000));
    expect(reader.push('\n').ok).toBe(true);
  });
});

describe('FusionAuth', () => {
  const ada = {
    id: '00000000-0000-0001-0000-000000000000',
    email: 'ada@example.com',
    username: 'ada',
    active: true,
    verified: true,
    birthDate: '1815-12-10',
    preferredLanguages: ['en_GB', 'fr'],
    password: '2O69IbIVdEIFBPDVQ3XkP6ZvNkM9oIAum7sklwKe64o=',
    salt: 'JEqwye9s73CeFO8Q2uvFfbXSkEJhU7A+y6PUX829Ofk=',
    encryptionScheme: 'salted-pbkdf2-hmac-sha256',
    factor: 24_000,
    registrations: [
      { applicationId: 'shop', roles: ['buyer'], verified: true },
      { applicationId: 'blog', roles: [] },
    ],
    memberships: [{ groupId: 'g1' }],
    data: { plan: 'gold' },
    insertInstant: 1_500_000_000_000,
  };

  test('users with the default hash, their names and the roles that they have by application', async () => {
    const { accounts, left } = parse('fusionauth', { users: [ada] }, { claimMap: { roles: 'roles.shop' } });
    expect(accounts[0]).toMatchObject({
      username: 'ada',
      email: 'ada@example.com',
      claims: { sub: ada.id, birthdate: '1815-12-10', email_verified: true, roles: ['buyer'] },
    });
    expect(await verifyStoredPassword(password, accounts[0]?.passwordHash)).toBe(true);
    expect(left).toEqual(['memberships', 'data.plan', 'insertInstant']);
  });

  test('bcrypt, whose factor may be a text, is put together', async () => {
    const user = {
      ...ada,
      encryptionScheme: 'bcrypt',
      factor: '4',
      salt: bcrypt.slice(7, 29),
      password: bcrypt.slice(29),
    };
    const { accounts } = parse('fusionauth', [user]);
    expect(accounts[0]?.passwordHash).toBe(bcrypt);
    expect(await verifyStoredPassword(password, accounts[0]?.passwordHash)).toBe(true);
  });

  test('an authenticator app moves in; other factors, quick hashes and passwords to be changed are refused', () => {
    const secret = Buffer.from('12345678901234567890').toString('base64');
    const app = {
      method: 'authenticator',
      secret,
      authenticator: { algorithm: 'HmacSHA1', codeLength: 6, timeStep: 30 },
    };
    const read = (more: object, options?: AccountOptions) => parse('fusionauth', [{ ...ada, ...more }], options);
    expect(read({ twoFactor: { methods: [app] } }).accounts[0]?.totp?.secret).toEqual(
      new Uint8Array(Buffer.from('12345678901234567890')),
    );
    expect(read({ twoFactor: { methods: [app, { method: 'sms' }] } }).refused[0]).toContain(
      'twoFactor has second factors',
    );
    expect(read({ passwordChangeRequired: true }).refused[0]).toContain('passwordChangeRequired has a password');
    const weak = { encryptionScheme: 'salted-sha256', factor: 20_000 };
    expect(read(weak).refused[0]).toContain('password is salted-sha256, which is not verified here');
    const skipped = read(weak, { skipMembers: ['salted-sha256'] });
    expect(skipped.accounts[0]?.passwordHash).toBeUndefined();
    expect(skipped.left).toContain('password.salted-sha256');
    const plain = { password, salt: null, encryptionScheme: null };
    expect(read(plain).accounts[0]).toMatchObject({ password });
  });
});

describe('Clerk', () => {
  test('the table of the dashboard, with hashes and keys of authenticator apps', async () => {
    const table = [
      'id,first_name,last_name,username,primary_email_address,primary_phone_number,verified_email_addresses,unverified_email_addresses,verified_phone_numbers,unverified_phone_numbers,totp_secret,password_digest,password_hasher',
      `user_1,Ada,Lovelace,,ada@example.com,+442079460000,"ada@example.com,countess@example.com",,,,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,${bcrypt},bcrypt`,
    ].join('\n');
    const { accounts, left } = parse('clerk', table);
    expect(accounts[0]).toMatchObject({
      email: 'ada@example.com',
      totp: { shape: { digits: 6 } },
      claims: { sub: 'user_1', email_verified: true, phone_number: '+442079460000', phone_number_verified: false },
    });
    expect(await verifyStoredPassword(password, accounts[0]?.passwordHash)).toBe(true);
    expect(left).toEqual(['other_addresses']);
  });

  test('users of the API, whose links move in with the issuer of their provider', () => {
    const user = {
      id: 'user_1',
      object: 'user',
      username: 'ada',
      primary_email_address_id: 'idn_1',
      email_addresses: [{ id: 'idn_1', email_address: 'ada@example.com', verification: { status: 'verified' } }],
      external_accounts: [{ provider: 'oauth_google', provider_user_id: '1102', email_address: 'ada@mail.example' }],
      public_metadata: { role: 'editor' },
      password_enabled: true,
      banned: true,
    };
    expect(parse('clerk', [user]).refused[0]).toContain(
      'external_accounts has a link to google, whose issuer is not known',
    );
    const providers = { google: { issuer: 'https://accounts.google.com', id: 'google' } };
    const { accounts, left } = parse('clerk', [user], { providers });
    expect(accounts[0]).toMatchObject({
      username: 'ada',
      disabled: true,
      claims: { email: 'ada@example.com', email_verified: true },
      links: [{ issuer: 'https://accounts.google.com', subject: '1102' }],
    });
    expect(left).toEqual(['public_metadata.role', 'password_enabled']);
    expect(parse('clerk', [{ ...user, external_accounts: [], totp_enabled: true }]).refused[0]).toContain(
      'totp_enabled has a second factor',
    );
  });
});

describe('Supabase', () => {
  const row = {
    instance_id: '00000000-0000-0000-0000-000000000000',
    id: '8d0f0b6e-1f5c-4f65-9d4f-0a3f2b1c7e11',
    aud: 'authenticated',
    role: 'authenticated',
    email: 'ada@example.com',
    encrypted_password: bcrypt,
    email_confirmed_at: '2024-01-15 10:30:00.000000+00',
    phone: '442079460000',
    phone_confirmed_at: '',
    raw_app_meta_data: '{"provider":"email","providers":["email"],"plan":"gold"}',
    raw_user_meta_data: '{"full_name":"Ada Lovelace","colour":"green"}',
    is_sso_user: 'false',
    deleted_at: '',
    created_at: '2024-01-15 10:30:00.000000+00',
  };

  test('rows of auth.users, as JSON and as a table', async () => {
    const table = `${Object.keys(row).join(',')}\n${Object.values(row)
      .map((cell) => `"${cell.replaceAll('"', '""')}"`)
      .join(',')}\n`;
    for (const file of [[row], table]) {
      const { accounts, left } = parse('supabase', file, { claimMap: { plan: 'app_metadata.plan' } });
      expect(accounts[0]).toMatchObject({
        email: 'ada@example.com',
        passwordHash: bcrypt,
        claims: {
          sub: row.id, name: 'Ada Lovelace', email_verified: true, phone_number: '+442079460000', phone_number_verified: false,
          plan: 'gold',
        },
      }); // biome-ignore format: a table
      expect(left.toSorted()).toEqual(['created_at', 'user_metadata.colour']);
    }
  });

  test('links need the rows of auth.identities, and people who are gone are disabled', () => {
    const social = {
      ...row,
      raw_app_meta_data: '{"provider":"google","providers":["google"]}',
      encrypted_password: '',
    };
    expect(parse('supabase', [social]).refused[0]).toContain(
      'identities are not there, and it has links to google: join',
    );
    const identities = [
      { provider: 'google', provider_id: '1102', identity_data: { sub: '1102', email: 'ada@mail.example' } },
    ];
    const providers = { google: { issuer: 'https://accounts.google.com', id: 'google' } };
    expect(parse('supabase', [{ ...social, identities }], { providers }).accounts[0]?.links).toHaveLength(1);
    for (const gone of [
      { deleted_at: '2024-02-01 00:00:00+00' },
      ...['2124-02-01 00:00:00+00', '12124-02-01', 'infinity'].map((until) => ({ banned_until: until })),
    ]) {
      expect(parse('supabase', [{ ...row, ...gone }]).accounts[0]?.disabled).toBe(true);
    }
    expect(parse('supabase', [{ ...row, banned_until: '2027-02-01' }]).left).toContain('banned_until');
  });

  test('keys of authenticator apps need the rows of auth.mfa_factors', () => {
    const factor = { factor_type: 'totp', status: 'verified', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' };
    expect(parse('supabase', [{ ...row, factors: [factor] }]).accounts[0]?.totp).toBeDefined();
    const { secret: _, ...ofApi } = factor;
    expect(parse('supabase', [{ ...row, factors: [ofApi] }]).refused[0]).toContain('factors has second factors');
    expect(parse('supabase', [{ ...row, factors: [{ ...ofApi, status: 'unverified' }] }]).accounts).toHaveLength(1);
  });

  test('nobody can sign in to an anonymous account', () => {
    const { refused } = parse('supabase', [{ id: row.id, aud: 'authenticated', is_anonymous: true }]);
    expect(refused).toEqual([
      `entry 1 (${row.id}): is_anonymous is true: nobody can sign in to it again, so skip it with --skip-refused`,
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import {
  type AccountFormatName,
  type AccountOptions,
  describeLeftBehind,
  parseAccounts,
} from '../../shared/people/account-import.ts';
import { countLeft } from '../../shared/people/import/left-behind.ts';
import { verifyStoredPassword } from '../support/verify-hash.ts';

/* What people come without: every kind is named once, with the number of people that have it, unless the operator says what becomes of it. */

function read(format: AccountFormatName, file: unknown, options: AccountOptions = {}) {
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  const parsed = parseAccounts(format, text, undefined, options);
  if (!parsed.ok) throw new Error(parsed.refusal);
  const { accounts, refused } = parsed.value;
  if (refused.length > 0) throw new Error(refused.map(({ member, problem }) => `${member} ${problem}`).join('\n'));
  const counts = new Map<string, number>();
  for (const { leftBehind } of accounts) countLeft(counts, leftBehind);
  return {
    claims: accounts.map(({ account }) => account.claims),
    accounts: accounts.map(({ account }) => account),
    left: describeLeftBehind(format, counts).map(
      ({ member, accounts: people, note }) => `${people} ${member}: ${note}`,
    ),
  };
}

const realm = {
  realm: 'shop',
  roles: {
    realm: [
      { name: 'buyer' },
      { name: 'manager', composite: true, composites: { realm: ['buyer'], client: { till: ['refund'] } } },
      { name: 'offline_access' },
      {
        name: 'default-roles-shop',
        composite: true,
        composites: { realm: ['offline_access', 'newsletter'], client: { account: ['view-profile'] } },
      },
    ],
    client: { till: [{ name: 'refund', composite: true, composites: { client: { till: ['count'] } } }] },
  },
  groups: [
    {
      name: 'staff',
      path: '/staff',
      realmRoles: ['employee'],
      subGroups: [{ name: 'tills', path: '/staff/tills', clientRoles: { till: ['open'] }, subGroups: [] }],
    },
  ],
  defaultRole: { name: 'default-roles-shop' },
  users: [
    { username: 'ada', realmRoles: ['default-roles-shop', 'manager'], groups: ['/staff/tills'] },
    { username: 'grace', realmRoles: ['default-roles-shop'], requiredActions: ['VERIFY_EMAIL'], createdTimestamp: 1 },
    { username: 'service-account-till', serviceAccountClientId: 'till', realmRoles: ['manager'] },
  ],
};

describe('Keycloak', () => {
  test('names groups and roles, counted, and how they move in', () => {
    expect(read('keycloak', realm).left).toEqual([
      '1 groups: becomes a claim with --claim-column groups',
      '2 realmRoles: becomes a claim with --claim-column roles=realmRoles',
      '1 clientRoles.till: becomes a claim with --claim-column NAME=clientRoles.CLIENT',
      '1 requiredActions: what people would be asked at their next sign-in, which they are not asked here',
      '1 createdTimestamp: the account begins with its import',
    ]);
  });

  test('roles are all that a person has: by name, by groups and those around them, and in other roles', () => {
    const options = {
      claimColumns: ['groups'],
      claimMap: { roles: 'realmRoles', till: 'clientRoles.till' },
      skipMembers: ['requiredActions', 'createdTimestamp'],
    };
    const { claims, left } = read('keycloak', realm, options);
    expect(claims).toEqual([
      {
        groups: ['/staff/tills'],
        roles: ['buyer', 'employee', 'manager', 'newsletter'],
        till: ['count', 'open', 'refund'],
      },
      { roles: ['newsletter'] },
    ]);
    expect(left).toEqual([]);
  });

  test('roles that contain each other are no circle to walk in', () => {
    const roles = { realm: ['a', 'b'].map((name) => ({ name, composites: { realm: ['a', 'b'] } })) };
    const { claims } = read(
      'keycloak',
      { realm: 'x', roles, users: [{ username: 'ada', realmRoles: ['a'] }] },
      { claimMap: { roles: 'realmRoles' } },
    );
    expect(claims).toEqual([{ roles: ['a', 'b'] }]);
  });

  test('a client id may have dots, and a list of users no realm', () => {
    const users = [{ username: 'ada', clientRoles: { 'com.example.till': ['open'], account: ['view-profile'] } }];
    expect(read('keycloak', users).left).toEqual([
      '1 clientRoles.com.example.till: becomes a claim with --claim-column NAME=clientRoles.CLIENT',
    ]);
    const { claims } = read('keycloak', users, { claimMap: { till: 'clientRoles.com.example.till' } });
    expect(claims).toEqual([{ till: ['open'] }]);
  });
});

test('Auth0: names metadata by what is in it', () => {
  const ada = {
    user_id: 'auth0|1',
    email: 'ada@example.com',
    created_at: '2024-01-01T00:00:00Z',
    app_metadata: { 'https://shop.example/roles': ['buyer'], plan: 'gold', empty: {} },
    user_metadata: { colour: 'green' },
    last_ip: '192.0.2.1',
  };
  const { left } = read('auth0', JSON.stringify(ada));
  expect(left).toEqual([
    '1 created_at: becomes a claim with --claim-column created_at',
    '1 app_metadata.https://shop.example/roles: becomes a claim with --claim-column roles=app_metadata.https://shop.example/roles',
    '1 app_metadata.plan: becomes a claim with --claim-column plan=app_metadata.plan',
    '1 user_metadata.colour: becomes a claim with --claim-column colour=user_metadata.colour',
  ]);
  const claimMap = { roles: 'app_metadata.https://shop.example/roles' };
  expect(read('auth0', JSON.stringify(ada), { claimMap }).claims).toMatchObject([{ roles: ['buyer'] }]);
  expect(read('auth0', JSON.stringify(ada), { skipMembers: ['app_metadata', 'created_at'] }).left).toHaveLength(1);
});

test('Auth0: files for its own import have hashes of other servers and authenticator apps', async () => {
  const bcrypt = '$2a$04$/EV4GH.n7rtyLRupPPE5NeUR.p6R73ylzQIdMTF.J9pKSO7o0QWhK';
  const [ada, grace] = read('auth0', [
    {
      email: 'ada@example.com',
      custom_password_hash: { algorithm: 'bcrypt', hash: { value: bcrypt } },
      mfa_factors: [{ totp: { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' } }],
    },
    {
      email: 'grace@example.com',
      custom_password_hash: {
        algorithm: 'scrypt',
        hash: { value: 'Gv7FqOT8iU0EEqYlj3rBTE5uVg8yAWEHPIfVdvaCLEM=', encoding: 'base64' },
        salt: { value: 'a salt', encoding: 'utf8' },
        keylen: 32,
        cost: 1024,
        blockSize: 8,
        parallelization: 1,
      },
    },
  ]).accounts;
  expect(await verifyStoredPassword('grünes Dach, 12 Ziegel', ada?.passwordHash)).toBe(true);
  expect(ada?.totp?.shape).toEqual({ algorithm: 'SHA1', digits: 6, period: 30 });
  expect(grace?.passwordHash).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$YSBzYWx0\$/);
  const weak = {
    email: 'x@example.com',
    custom_password_hash: { algorithm: 'md5', hash: { value: '5f4dcc3b5aa765d61d8327deb882cf99' } },
  };
  expect(() => read('auth0', [weak])).toThrow('password_hash is not a hash of argon2');
  const phone = { email: 'x@example.com', mfa_factors: [{ phone: { value: '+442079460000' } }] };
  expect(() => read('auth0', [phone])).toThrow('mfa_factors has a second factor');
});

test('Okta: names what stands beside the profile, and refuses a password that has expired', () => {
  const user = {
    id: '00u1',
    status: 'STAGED',
    created: '2024-01-01T00:00:00.000Z',
    type: { id: 'oty1' },
    profile: { login: 'ada@example.com', email: 'ada@example.com', secondEmail: 'ada@home.example' },
    credentials: { provider: { type: 'ACTIVE_DIRECTORY' }, recovery_question: { question: '?' }, emails: [] },
  };
  expect(read('okta', [user]).left.map((line) => line.split(':')[0])).toEqual([
    '1 created', '1 profile.secondEmail', '1 credentials.recovery_question', '1 credentials.provider', '1 status',
  ]); // biome-ignore format: a table
  const hash = { algorithm: 'BCRYPT', workFactor: 10, salt: 'x'.repeat(22), value: 'y'.repeat(31) };
  const expired = { ...user, status: 'PASSWORD_EXPIRED', credentials: { password: { hash } } };
  expect(() => read('okta', [expired])).toThrow('status has a password that has expired');
  expect(read('okta', [expired], { skipMembers: ['status'] }).accounts).toHaveLength(1);
});

test('Django: names staff, permissions and fields of its own, and groups by their names', () => {
  const dump = [
    { model: 'auth.group', pk: 7, fields: { name: 'editors', permissions: [1] } },
    {
      model: 'auth.user',
      pk: 1,
      fields: {
        username: 'ada', password: '!', is_active: true, is_staff: true, is_superuser: false, last_login: null,
        groups: [7], user_permissions: [4], date_joined: '2024-01-01T00:00:00Z', phone: '+442079460000',
      },
    },
  ]; // biome-ignore format: a table
  const { left, claims } = read('django', dump, { claimMap: { groups: 'fields.groups' } });
  expect(left.map((line) => line.split(':')[0])).toEqual([
    '1 fields.is_staff', '1 fields.user_permissions', '1 fields.date_joined', '1 fields.phone',
  ]); // biome-ignore format: a table
  expect(claims).toEqual([{ sub: '1', groups: ['editors'] }]);
  const natural = dump.map((item) => ({ ...item, fields: { ...item.fields, groups: [['editors']] } }));
  expect(read('django', natural, { claimMap: { groups: 'fields.groups' } }).claims[0]?.['groups']).toEqual(['editors']);
});

test('Django: links of allauth and social-auth move in, and addresses that allauth has verified are', () => {
  const user = (pk: number, email: string) => ({
    model: 'auth.user',
    pk,
    fields: { username: `u${pk}`, email, password: '!', is_active: true },
  });
  const about = (model: string, fields: object) => ({ model, pk: 1, fields });
  const dump = [
    user(1, 'Ada@example.com'),
    user(2, 'grace@example.com'),
    about('account.emailaddress', { user: 1, email: 'ada@example.com', verified: true, primary: true }),
    about('account.emailaddress', { user: 1, email: 'countess@example.com', verified: true, primary: false }),
    about('account.emailaddress', { user: 2, email: 'grace@example.com', verified: false, primary: true }),
    about('socialaccount.socialaccount', { user: 1, provider: 'google', uid: '1102', extra_data: {} }),
    about('social_django.usersocialauth', { user: 2, provider: 'corp', uid: '77', extra_data: {} }),
  ];
  expect(() => read('django', dump)).toThrow(
    'socialaccount.socialaccount has a link to google, whose issuer is not known',
  );
  const providers = {
    google: { issuer: 'https://accounts.google.com', id: 'google' },
    corp: { issuer: 'https://idp.corp.example', id: 'corp' },
  };
  const { accounts, left } = read('django', dump, { providers });
  expect(accounts.map(({ claims, links }) => [claims['email_verified'], links?.[0]?.subject])).toEqual([
    [true, '1102'],
    [false, '77'],
  ]);
  expect(left).toEqual(['1 account.emailaddress: an account has one address']);
  const byName = (uid: string) => [
    user(1, 'a@example.com'),
    about('social_django.usersocialauth', { user: 1, provider: 'google', uid }),
  ];
  const byAddress = byName('a@example.com');
  expect(() => read('django', byAddress, { providers })).toThrow('has a name or an address instead of a subject');
  expect(() => read('django', byName('U1'), { providers })).toThrow('has a name or an address instead of a subject');
  expect(read('django', byAddress, { skipMembers: ['social_django.usersocialauth'] }).accounts).toHaveLength(1);
});

test.each<[AccountFormatName, unknown, string[]]>([
  [
    'kratos',
    [
      {
        id: '1',
        schema_id: 'p',
        traits: { email: 'a@example.com' },
        metadata_public: { plan: 'gold' },
        organization_id: 'o',
      },
    ],
    ['1 metadata_public.plan', '1 organization_id'],
  ],
  ['wordpress', [{ ID: 7, user_login: 'ada', user_email: 'a@example.com', roles: 'editor' }], ['1 ID', '1 roles']],
  [
    'aspnet',
    [{ Id: '1', UserName: 'ada', SecurityStamp: 'x', Department: 'Engines', LockoutEnabled: true }],
    ['1 Department'],
  ],
  [
    'cognito',
    { Users: [{ Username: 'ada', UserStatus: 'CONFIRMED', UserCreateDate: '2024-01-01', UserLastModifiedDate: 'x' }] },
    ['1 UserCreateDate'],
  ],
])('%s: names what is left', (format, file, left) => {
  expect(read(format, file).left.map((line) => line.split(':')[0])).toEqual(left);
});

test('WordPress: people keep their ids where the operator says so', () => {
  const users = [{ ID: 7, user_login: 'ada', user_email: 'a@example.com' }];
  expect(read('wordpress', users, { claimMap: { sub: 'ID' } }).claims).toMatchObject([{ sub: '7' }]);
});

test('Cognito: links move in with the issuer of their provider, or are refused', () => {
  const identities = JSON.stringify([
    { userId: '1102', providerName: 'Google', providerType: 'Google', primary: true },
  ]);
  const file = {
    Users: [
      {
        Username: 'Google_1102',
        UserStatus: 'EXTERNAL_PROVIDER',
        Attributes: [
          { Name: 'sub', Value: 'a1' },
          { Name: 'identities', Value: identities },
        ],
      },
    ],
  };
  expect(() => read('cognito', file)).toThrow('identities has a link to Google, whose issuer is not known');
  const providers = { Google: { issuer: 'https://accounts.google.com', id: 'google' } };
  expect(read('cognito', file, { providers }).accounts).toMatchObject([
    {
      username: 'Google_1102',
      links: [{ issuer: 'https://accounts.google.com', subject: '1102', provider: 'google' }],
    },
  ]);
});

test("a table of one's own may call its columns otherwise", () => {
  const { claims } = read('csv', 'username,Rolle[]\nada,a|b\n', { claimMap: { roles: 'Rolle' } });
  expect(claims).toEqual([{ roles: ['a', 'b'] }]);
});

test.each([
  ['{ "constructor": "x" }', 'claims.constructor is a name that cannot be stored'],
  ['{ "__proto__": "x" }', 'claims.__proto__ is a name that cannot be stored'],
  ['{ "a": { "b": [{ "constructor": 1 }] } }', 'claims.a has a member constructor, which cannot be stored'],
  [`{ "a": ${'['.repeat(20_000)}${']'.repeat(20_000)} }`, 'claims.a is nested too deeply to be stored'],
])('what the database cannot have is refused by name, before anything is written: %.60s', (claims, refusal) => {
  expect(() => read('json', `[{ "username": "ada", "claims": ${claims} }]`)).toThrow(refusal);
});

test('people may have written anything into their own metadata', () => {
  const deep = `${'['.repeat(20_000)}1${']'.repeat(20_000)}`;
  const metadata = `{ "hobby": { "toString": "sailing" }, "deep": ${deep}, "__proto__": { "role": "admin" } }`;
  const user = `{ "user_id": "auth0|1", "username": "ada", "user_metadata": ${metadata} }`;
  const { claims, left } = read('auth0', `[${user}]`);
  expect(claims).toEqual([{ sub: 'auth0|1' }]);
  expect(left.map((line) => line.split(':')[0])).toEqual([
    '1 user_metadata.hobby',
    '1 user_metadata.deep',
    '1 user_metadata.__proto__',
  ]);
  expect(describeLeftBehind('keycloak', new Map([['constructor', 1]]))).toEqual([
    { member: 'constructor', accounts: 1, note: 'becomes a claim with --claim-column constructor' },
  ]);
});

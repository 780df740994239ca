import { spawnSync } from 'node:child_process';
import { Duration, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { afterAll, describe, expect, it } from 'vitest';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { readContext } from '../../infra/context.ts';
import { lifetimeLimits, lifetimeVariables } from '../../infra/environment.ts';
import type { PixyFunctionName } from '../../infra/functions.ts';
import { WrongSetting } from '../../infra/wrong-setting.ts';
import { readConfig } from '../../shared/config.ts';
import {
  constructIds,
  functionsOf,
  ofType,
  policiesOf,
  removeAssemblies,
  templateWith,
  testApp,
} from './synthesize.ts';

afterAll(removeAssemblies);

const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b2c3d';

const environment = {
  PIXY_ISSUER: 'https://sign-in.example.com',
  PIXY_GRANTS_TABLE: 'grants',
  PIXY_CLIENTS_TABLE: 'clients',
  PIXY_PEOPLE_TABLE: 'people',
  PIXY_KEYS_TABLE: 'keys',
};

describe('props that cannot work stop the synthesis with one sentence', () => {
  const build = (props: (stack: Stack) => AuthorizationServerProps) => () => {
    const stack = new Stack(testApp(), 'Test');
    new AuthorizationServer(stack, 'Auth', props(stack));
  };
  const domain = (domainName: string, zoneName?: string) =>
    build((stack) => ({
      domain: {
        domainName,
        certificate: Certificate.fromCertificateArn(stack, 'Certificate', certificateArn),
        hostedZone: zoneName
          ? HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName })
          : undefined,
      },
    }));
  const hostName = (given: string) =>
    `domainName must be a host name in lower case such as sign-in.example.com, without https://, port or path, but is "${given}".`;

  it.each<[string, () => void, string]>([
    [
      'a security profile whose algorithm does not sign first',
      build(() => ({ securityProfile: 'fapi2' })),
      'securityProfile needs PS256, ES256, EdDSA as the first of signingAlgorithms: RS256 is not allowed by FAPI 2.0.',
    ],
    [
      'a code that lives longer than ten minutes',
      build(() => ({ codeLifetime: Duration.seconds(601) })),
      'codeLifetime must be a whole number of seconds from 1 to 600, but is 601 seconds.',
    ],
    [
      'a code that never lives',
      build(() => ({ codeLifetime: Duration.seconds(0) })),
      'codeLifetime must be a whole number of seconds from 1 to 600, but is 0 seconds.',
    ],
    [
      'an access token of two days',
      build(() => ({ accessTokenLifetime: Duration.days(2) })),
      'accessTokenLifetime must be a whole number of seconds from 60 to 86400, but is 172800 seconds.',
    ],
    [
      'an ID token of half a second',
      build(() => ({ idTokenLifetime: Duration.millis(500) })),
      'idTokenLifetime must be a whole number of seconds from 60 to 86400, but is 0.5 seconds.',
    ],
    [
      'a brand in a colour that is none',
      build(() => ({ brand: { accent: 'blue' } })),
      'brand: member accent is not a color like #3446c9.',
    ],
    [
      'a brand that does not fit into the environment of a function',
      build(() => ({ brand: { logo: `data:image/png;base64,${'A'.repeat(3_000)}` } })),
      'brand must be at most 3000 characters as JSON, but has 3033: make the logo smaller.',
    ],
    [
      'a session of a year',
      build(() => ({ sessionLifetime: Duration.days(365) })),
      'sessionLifetime must be a whole number of seconds from 60 to 2592000, but is 31536000 seconds.',
    ],
    [
      'a grace period of two hours',
      build(() => ({ refreshTokenGrace: Duration.hours(2) })),
      'refreshTokenGrace must be a whole number of seconds from 0 to 3600, but is 7200 seconds.',
    ],
    [
      'a stage with a slash',
      build(() => ({ stage: 'eu/prod' })),
      'stage must be a name of up to 40 letters, digits and hyphens such as staging, but is "eu/prod".',
    ],
    [
      'a domain without a certificate',
      build(() => ({ domain: { domainName: 'sign-in.example.com' } as never })),
      'domain needs a certificate: add domain.certificate, the ACM certificate of that name.',
    ],
    ['a URL for a domain name', domain('https://sign-in.example.com'), hostName('https://sign-in.example.com')],
    ['a domain name with a path', domain('example.com/sign-in'), hostName('example.com/sign-in')],
    ['a domain name with a trailing slash', domain('sign-in.example.com/'), hostName('sign-in.example.com/')],
    ['a domain name with a port', domain('sign-in.example.com:8443'), hostName('sign-in.example.com:8443')],
    ['a domain name with capitals', domain('Sign-In.example.com'), hostName('Sign-In.example.com')],
    [
      'a hosted zone of another domain',
      domain('sign-in.example.com', 'example.org'),
      'The hosted zone example.org cannot hold a record for sign-in.example.com: the name must end in .example.org.',
    ],
    [
      'a throttle that lets nothing through',
      build(() => ({ throttling: { rateLimit: 0, burstLimit: 10 } })),
      'throttling needs a rateLimit above 0 requests per second and a burstLimit of at least 1 request, but has 0 and 10.',
    ],
    [
      'half a request at once',
      build(() => ({ throttling: { rateLimit: 10, burstLimit: 0.5 } })),
      'throttling needs a rateLimit above 0 requests per second and a burstLimit of at least 1 request, but has 10 and 0.5.',
    ],
    [
      'an access log of another kind',
      build(() => ({ accessLog: 'shorter' as 'short' })),
      'accessLog must be short, full or none, but is "shorter".',
    ],
    [
      'an empty audience',
      build(() => ({ audience: '' })),
      'audience must be the identifier of an API such as https://api.example.com, but is "".',
    ],
    [
      'an audience of two words',
      build(() => ({ audience: 'one two' })),
      'audience must be the identifier of an API such as https://api.example.com, but is "one two".',
    ],
    [
      'self-registration without passwords',
      build(() => ({ selfRegistration: true, passwords: false })),
      'selfRegistration asks people for a password: leave it out where passwords are off, and invite people instead.',
    ],
    [
      'documents of no host',
      build(() => ({ metadataDocuments: [] })),
      "metadataDocuments names no host: write off, any, or names like ['apps.example.com'].",
    ],
    [
      'documents of a URL',
      build(() => ({ metadataDocuments: ['https://apps.example.com'] })),
      `metadataDocuments has "https://apps.example.com", which is not a host name in lower case: write off, any, or names like ['apps.example.com'].`,
    ],
    [
      'no algorithm at all',
      build(() => ({ signingAlgorithms: [] })),
      'signingAlgorithms must name one at least, but is an empty list.',
    ],
    [
      'an algorithm twice',
      build(() => ({ signingAlgorithms: ['RS256', 'ES256', 'RS256'] })),
      'signingAlgorithms must name each one once, but is RS256, ES256, RS256.',
    ],
    [
      'an algorithm that is none of ours',
      build(() => ({ signingAlgorithms: ['HS256' as 'RS256'] })),
      'signingAlgorithms knows RS256, PS256, ES256, EdDSA, but not "HS256".',
    ],
    [
      'EdDSA in KMS',
      build(() => ({ signing: 'kms', signingAlgorithms: ['RS256', 'EdDSA'] })),
      "KMS does not sign with EdDSA: leave it out of signingAlgorithms, or use signing: 'memory'.",
    ],
  ])('%s', (_, synthesis, sentence) => {
    expect(synthesis).toThrow(new WrongSetting(sentence));
  });
});

/** The environments of the functions. */
const variables = (props: AuthorizationServerProps): Record<string, unknown>[] =>
  [...functionsOf(templateWith(props))]
    .filter(([name]) => Object.values<string>(constructIds).includes(name))
    .map(([, { Properties }]) => Properties['Environment'].Variables);

describe('passwords', () => {
  it.each<[string, AuthorizationServerProps]>([
    ['say nothing', {}],
    ['are on', { passwords: true }],
  ])('no function hears of them where the props %s', (_, props) => {
    expect(variables(props).filter((one) => 'PIXY_PASSWORDS' in one)).toEqual([]);
  });

  it('every function hears that they are off', () => {
    const all = variables({ passwords: false });
    expect(all).toHaveLength(Object.keys(constructIds).length);
    expect(all.filter((one) => one['PIXY_PASSWORDS'] !== 'off')).toEqual([]);
  });

  it('are what the functions read: on unless they are off, and nothing else', () => {
    expect(readConfig(environment).hasPasswords).toBe(true);
    expect(readConfig({ ...environment, PIXY_PASSWORDS: 'off' }).hasPasswords).toBe(false);
    expect(() => readConfig({ ...environment, PIXY_PASSWORDS: 'no' })).toThrow('PIXY_PASSWORDS is not on or off');
  });
});

it('the functions refuse self-registration without passwords as well', () => {
  const both = { ...environment, PIXY_REGISTRATION: 'on', PIXY_PASSWORDS: 'off' };
  expect(() => readConfig(both)).toThrow('PIXY_REGISTRATION asks people for a password, and PIXY_PASSWORDS is off');
});

describe('revoking at sign-out', () => {
  const added = (name: PixyFunctionName) => {
    const before = new Set(statementsOf(name, {}).map((one) => JSON.stringify(one)));
    return statementsOf(name, { revokeAtSignOut: true }).filter((one) => !before.has(JSON.stringify(one)));
  };

  it.each(['sign-out', 'invitation', 'admin'] as const)(
    'is a right of %s, which it has only where it is on',
    (name) => {
      const more = added(name);
      const actions = new Set(more.flatMap(({ Action }) => Action));
      expect([...actions].toSorted()).toEqual(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem']);
      expect(JSON.stringify(more)).toContain('/index/byPerson');
    },
  );

  it('writes into an account only that sessions have ended, and reads of it only what that decides', () => {
    const ofAccounts = added('sign-out').filter((one) => JSON.stringify(one).includes('account#*'));
    expect(ofAccounts.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      [
        'dynamodb:GetItem',
        {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['account#*'] },
          'ForAllValues:StringEquals': {
            'dynamodb:Attributes': [
              'pk',
              'sk',
              'disabledAt',
              'epoch',
              'clientEpochs',
              'endedSessions',
              'pairwiseSubjects',
            ],
          },
          StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
        },
      ],
      [
        'dynamodb:UpdateItem',
        {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['account#*'] },
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'endedSessions'] },
          StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE'] },
        },
      ],
    ]);
  });

  it('is a right of no other function that had none before', () => {
    const names = Object.keys(constructIds) as PixyFunctionName[];
    expect(names.filter((name) => added(name).length > 0).toSorted()).toEqual(['admin', 'invitation', 'sign-out']);
  });

  it('is heard of by every function where it is on, and by none where nothing is said', () => {
    const heard = (props: AuthorizationServerProps) =>
      variables(props).filter((one) => one['PIXY_REVOKE_AT_SIGN_OUT'] === 'on').length;
    expect(heard({ revokeAtSignOut: true })).toBe(Object.keys(constructIds).length);
    expect(heard({})).toBe(0);
  });

  it('is off unless it is on', () => {
    expect(readConfig(environment).revokesAtSignOut).toBe(false);
    expect(readConfig({ ...environment, PIXY_REVOKE_AT_SIGN_OUT: 'on' }).revokesAtSignOut).toBe(true);
  });
});

function statementsOf(name: PixyFunctionName, props: AuthorizationServerProps) {
  const template = templateWith(props);
  const made = functionsOf(template).get(constructIds[name]);
  if (made === undefined) throw new Error(`there is no function ${name}`);
  return policiesOf(template, made).statements;
}

describe('client metadata documents', () => {
  it('give consent one right more, where they are on, and nobody else any', () => {
    const added = (Object.keys(constructIds) as PixyFunctionName[]).flatMap((name) => {
      const before = new Set(statementsOf(name, {}).map((one) => JSON.stringify(one)));
      const more = statementsOf(name, { metadataDocuments: 'any' }).filter((one) => !before.has(JSON.stringify(one)));
      return more.map(({ Action, Condition }) => [name, Action, Condition]);
    });
    const noted = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['documents'] } };
    expect(added).toEqual([['consent', ['dynamodb:GetItem', 'dynamodb:PutItem'], noted]]);
  });

  it('are off unless they are on', () => {
    const documents = (text?: string) =>
      readConfig({ ...environment, PIXY_METADATA_DOCUMENTS: text }).metadataDocuments;
    expect([documents(), documents('off'), documents('any')]).toEqual(['off', 'off', 'any']);
    expect(documents('a.example b.example')).toEqual(['a.example', 'b.example']);
    expect(() => documents('https://a.example')).toThrow('PIXY_METADATA_DOCUMENTS is not off, any or host names');
    const heard = (props: AuthorizationServerProps) => variables(props).map((one) => one['PIXY_METADATA_DOCUMENTS']);
    expect(new Set(heard({}))).toEqual(new Set([undefined]));
    expect(new Set(heard({ metadataDocuments: ['a.example', 'b.example'] }))).toEqual(new Set(['a.example b.example']));
  });
});

describe('operators', () => {
  const operators = { claim: 'groups', read: ['support'], write: ['ops'] };

  it('give the management API the right to read grants and who gave them, where there are any', () => {
    const before = new Set(statementsOf('admin', {}).map((one) => JSON.stringify(one)));
    const added = statementsOf('admin', { operators }).filter((one) => !before.has(JSON.stringify(one)));
    expect(added.map(({ Action }) => Action)).toEqual(['dynamodb:BatchGetItem', 'dynamodb:BatchGetItem']);
  });

  it('are heard by the functions as they are written', () => {
    const heard = (props: AuthorizationServerProps) => variables(props).map((one) => one['PIXY_OPERATORS']);
    expect(new Set(heard({}))).toEqual(new Set([undefined]));
    expect(new Set(heard({ operators }))).toEqual(new Set([JSON.stringify(operators)]));
    expect(readConfig({ ...environment, PIXY_OPERATORS: JSON.stringify(operators) }).operators).toEqual({
      ...operators,
      delegate: [],
    });
  });

  it('stop the synthesis where people could make themselves one', () => {
    expect(() => templateWith({ operators: { claim: 'email', write: ['ada@example.com'] } })).toThrow(
      'operators: claim is a claim that people have a say in.',
    );
  });
});

describe('dynamic registration', () => {
  const made = (props: AuthorizationServerProps) => {
    const template = templateWith(props);
    const routes = ofType(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) =>
      String(Properties['RouteKey']),
    );
    return { template, routes: routes.filter((route) => route.includes('/clients')).toSorted() };
  };
  const rightsOf = ({ template }: ReturnType<typeof made>, name: string) => {
    const lambda = functionsOf(template).get(name);
    return lambda && policiesOf(template, lambda).statements.map(({ Action, Condition }) => [Action, Condition]);
  };
  const ofItems = (...keys: string[]) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } });

  it('has neither function nor route nor a right where it is off', () => {
    for (const props of [{}, { registration: 'off' }] as const) {
      const off = made(props);
      expect(off.routes).toEqual([]);
      expect(rightsOf(off, 'ClientRegistration')).toBeUndefined();
      expect(JSON.stringify(rightsOf(off, 'Authorize'))).not.toContain('dcr-');
    }
  });

  it('has both where it is on, and exactly these rights', () => {
    const on = made({ registration: 'token' });
    expect(on.routes).toEqual(['ANY /clients', 'ANY /clients/{proxy+}']);
    const rights = rightsOf(on, 'ClientRegistration') ?? [];
    expect(rights.filter(([, condition]) => condition !== undefined)).toEqual(
      [
        ['dynamodb:Query', ofItems('apis')],
        [['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('client#dcr-*')],
        [['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('registration')],
        ['dynamodb:PutItem', ofItems('changes')],
        ['dynamodb:UpdateItem', ofItems('throttle#client-registration#*')],
      ].map((row) => [...row]),
    );
    expect(rights.filter(([, condition]) => condition === undefined).flat(2)).toEqual(
      expect.arrayContaining(['logs:CreateLogStream', 'logs:PutLogEvents']),
    );
    for (const name of ['Authorize', 'AuthorizeHybrid']) {
      expect(rightsOf(on, name)).toContainEqual([
        'dynamodb:UpdateItem',
        {
          ...ofItems('client#dcr-*'),
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'purgeAt'] },
          StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE'] },
        },
      ]);
    }
  });

  it('is off unless it is on', () => {
    const registration = (text?: string) =>
      readConfig({ ...environment, PIXY_CLIENT_REGISTRATION: text }).clientRegistration;
    expect([registration(), registration('token'), registration('open')]).toEqual(['off', 'token', 'open']);
    expect(() => registration('on')).toThrow('PIXY_CLIENT_REGISTRATION is not off, token or open');
  });
});

describe('pushed authorization requests', () => {
  const made = (pushedAuthorizationRequests?: 'off' | 'accepted' | 'required') =>
    madeWith(pushedAuthorizationRequests === undefined ? {} : { pushedAuthorizationRequests });
  const madeWith = (props: Parameters<typeof templateWith>[0]) => {
    const template = templateWith(props);
    const routes = ofType(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties['RouteKey']);
    const onGrants = (name: string) => {
      const lambda = functionsOf(template).get(name);
      const statements = lambda ? policiesOf(template, lambda).statements : [];
      return statements
        .filter(({ Resource }) => JSON.stringify(Resource).includes('Grants'))
        .map(({ Action, Condition }) => [Action, Condition]);
    };
    return { isRouted: routes.includes('ANY /par'), onGrants, has: functionsOf(template).has('Par') };
  };
  const ofItems = (...keys: string[]) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } });
  const ofRequests = {
    'ForAllValues:StringEquals': {
      'dynamodb:Attributes': ['id', 'state', 'clientId', 'clientSince', 'request', 'pushedAt'],
    },
    StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
  };

  it('PA10: have neither function nor route nor a right where they are off', () => {
    for (const off of [made(), made('off')]) {
      expect([off.isRouted, off.has]).toEqual([false, false]);
      for (const name of ['SignIn', 'Consent', 'Invitation', 'Register', 'Upstream']) {
        expect(off.onGrants(name)).toEqual([]);
      }
      expect(off.onGrants('Authorize').flat(2)).toEqual(['dynamodb:PutItem', undefined]);
    }
  });

  it('PA10 FP1: have all three where every client is held to FAPI 2.0, which leaves no other way', () => {
    const fapi = madeWith({ securityProfile: 'fapi2', signingAlgorithms: ['ES256'] });
    expect([fapi.isRouted, fapi.has]).toEqual([true, true]);
    expect(fapi.onGrants('SignIn')).toEqual([['dynamodb:GetItem', ofRequests]]);
  });

  it('PA10: have all three where they are on, and exactly these rights', () => {
    for (const on of [made('accepted'), made('required')]) {
      expect([on.isRouted, on.has]).toEqual([true, true]);
      expect(on.onGrants('Par')).toEqual([
        [['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('assertion#*')],
        ['dynamodb:UpdateItem', ofItems('throttle#*')],
        ['dynamodb:PutItem', undefined],
      ]);
      for (const name of ['Authorize', 'AuthorizeHybrid']) {
        const rights = on.onGrants(name);
        expect(rights.every(([, condition]) => condition === undefined)).toBe(true);
        expect(new Set(rights.flatMap(([actions]) => [actions].flat()))).toEqual(
          new Set(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']),
        );
      }
      for (const name of ['SignIn', 'Consent', 'Invitation', 'Register', 'Upstream']) {
        expect(on.onGrants(name)).toEqual([['dynamodb:GetItem', ofRequests]]);
      }
    }
  });

  it('are off unless they are on', () => {
    const pushed = (text?: string) => readConfig({ ...environment, PIXY_PUSHED_REQUESTS: text }).pushedRequests;
    expect([pushed(), pushed('accepted'), pushed('required')]).toEqual(['off', 'accepted', 'required']);
    expect(() => pushed('on')).toThrow('PIXY_PUSHED_REQUESTS is not off, accepted or required');
  });
});

describe('the limits of lifetimes are those that the functions accept', () => {
  it.each(Object.entries(lifetimeLimits))('%s', (name, { variable, minimum, maximum }) => {
    const accepted = (seconds: number) => () => readConfig({ ...environment, [variable]: String(seconds) });
    expect(accepted(minimum)).not.toThrow();
    expect(accepted(maximum)).not.toThrow();
    expect(accepted(minimum - 1)).toThrow(variable);
    expect(accepted(maximum + 1)).toThrow(variable);
    expect(lifetimeVariables({ [name]: Duration.seconds(minimum) })).toEqual({ [variable]: String(minimum) });
    expect(lifetimeVariables({ [name]: Duration.seconds(maximum) })).toEqual({ [variable]: String(maximum) });
  });
});

describe('the context of the command line', () => {
  const read = (context: Record<string, unknown>) => readContext(testApp(context).node);
  const domain = { domainName: 'sign-in.example.com', certificateArn };

  it('means a development stage without a domain when it is empty', () => {
    expect(read({})).toEqual({ stage: 'dev', protection: false });
  });

  it('names the stage, the domain and its zone', () => {
    expect(read({ stage: 'prod', ...domain })).toEqual({ stage: 'prod', protection: true, domain });
    expect(read({ ...domain, hostedZoneId: 'Z1', hostedZoneName: 'example.com' })).toEqual({
      stage: 'dev',
      protection: false,
      domain: { ...domain, hostedZone: { hostedZoneId: 'Z1', zoneName: 'example.com' } },
    });
  });

  it('refuses names that would do nothing', () => {
    expect(() => read({ passwords: 'false' })).toThrow(
      new WrongSetting('-c passwords=… does nothing: write passwords below its stage in pixy.json.'),
    );
    expect(() => read({ alarmTopicARN: 'x' })).toThrow(
      new WrongSetting('-c alarmTopicARN=… does nothing: write alarmTopicArn.'),
    );
    expect(read({ passwords: false, brand: { name: 'of another construct' } })).toEqual({
      stage: 'dev',
      protection: false,
    });
  });

  it('D5: a stage has any name, and its protection is a setting of its own', () => {
    expect(read({ stage: 'staging', domainName: 'none' })).toEqual({ stage: 'staging', protection: true });
    expect(read({ stage: 'try-out', protection: 'false' })).toEqual({ stage: 'try-out', protection: false });
    expect(read({ stage: 'dev', protection: 'true', domainName: 'none' })).toEqual({ stage: 'dev', protection: true });
  });

  it('names where keys are, their algorithms, and whom the alarm tells', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:111122223333:alarms';
    expect(read({ signing: 'kms', signingAlgorithms: 'RS256,ES256', alarmTopicArn })).toEqual({
      stage: 'dev',
      protection: false,
      signing: 'kms',
      signingAlgorithms: ['RS256', 'ES256'],
      alarmTopicArn,
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'another place for keys',
      { signing: 'hsm' },
      '-c signing=hsm is not a place for private keys: write memory or kms.',
    ],
    [
      'an unknown algorithm',
      { signingAlgorithms: 'RS256,none' },
      '-c signingAlgorithms=… has "none": write some of RS256,PS256,ES256,EdDSA, separated by commas.',
    ],
    [
      'an alarm topic by name',
      { alarmTopicArn: 'alarms' },
      '-c alarmTopicArn=alarms is not the ARN of an SNS topic (arn:aws:sns:<region>:<account>:<name>).',
    ],
    [
      'a stage with a slash',
      { stage: 'eu/prod' },
      'stage must be a name of up to 40 letters, digits and hyphens such as staging, but is "eu/prod".',
    ],
    ['another protection', { protection: 'on' }, '-c protection=on is neither true nor false.'],
    [
      'D9: a stage that keeps its data and does not say what its issuer is',
      { stage: 'staging' },
      'domainName is missing, and stage staging keeps its data and its issuer: write the name in pixy.json or as -c domainName=…, or none if the issuer is the address of the HTTP API.',
    ],
    ['an empty stage', { stage: '' }, '-c stage=… needs a value.'],
    [
      'a domain without a certificate',
      { domainName: 'sign-in.example.com' },
      '-c domainName=… also needs -c certificateArn=…, the ACM certificate of that name.',
    ],
    [
      'something else than a certificate',
      { ...domain, certificateArn: 'sign-in.pem' },
      '-c certificateArn=sign-in.pem is not the ARN of an ACM certificate (arn:aws:acm:<region>:<account>:certificate/<id>).',
    ],
    [
      'a certificate without a domain',
      { certificateArn },
      '-c certificateArn, hostedZoneId and hostedZoneName belong to a custom domain: add -c domainName=….',
    ],
    [
      'half a hosted zone',
      { ...domain, hostedZoneId: 'Z1' },
      '-c hostedZoneId=… and -c hostedZoneName=… go together: give both, or none to make the DNS record yourself.',
    ],
  ])('is refused with one sentence: %s', (_, context, sentence) => {
    expect(() => read(context)).toThrow(new WrongSetting(sentence));
  });

  it('shows that sentence, and no stack trace, to whoever runs the CDK', () => {
    const run = spawnSync(process.execPath, ['infra/app.ts'], {
      encoding: 'utf8',
      env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ stage: 'a/b' }) },
    });
    expect(run.status).toBe(1);
    expect(run.stderr.trim()).toBe(
      'stage must be a name of up to 40 letters, digits and hyphens such as staging, but is "a/b".',
    );
  });
});

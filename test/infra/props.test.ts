import { type App, CfnParameter, Duration, SecretValue, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import * as v from 'valibot';
import { afterAll, describe, expect, it, test } from 'vitest';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { AuthorizationServerTables } from '../../infra/constructs/authorization-server-tables.ts';
import { FrontWebAcl } from '../../infra/constructs/front-web-acl.ts';
import { MultiRegionAuthorizationServer } from '../../infra/stacks/multi-region-authorization-server.ts';
import { pixyStacks } from '../../infra/stacks/pixy-stacks.ts';
import { WrongSetting } from '../../infra/wrong-setting.ts';
import { providersJson } from '../../shared/upstream/provider.ts';
import {
  functionsOf,
  ofType,
  policiesOf,
  type Resource,
  removeAssemblies,
  type TemplateJson,
  testApp,
} from './synthesize.ts';

/*
 * Props of another kind than the types say, as apps without types give them and those that read a context: one sentence each, and never
 * a setting that is on because somebody wrote "false". And values that only the deployment knows, where they can be taken.
 */

afterAll(removeAssemblies);

const env = { account: '111122223333', region: 'us-east-1' };
const newStack = (app: App = testApp()) => new Stack(app, 'Mine', { env });
const certificateIn = (stack: Stack) =>
  Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:us-east-1:111122223333:certificate/one');
const google = { id: 'google', name: 'Google', issuer: 'https://accounts.google.com', clientId: 'one' };

function serverWith(props: (stack: Stack) => unknown, stack = newStack()): AuthorizationServer {
  return new AuthorizationServer(stack, 'Auth', props(stack) as AuthorizationServerProps);
}

const templateOf = (props: (stack: Stack) => unknown): TemplateJson => {
  const stack = newStack();
  serverWith(props, stack);
  return Template.fromStack(stack).toJSON() as TemplateJson;
};

const parameter = (stack: Stack, type = 'String') => new CfnParameter(stack, 'Given', { type });
const notKnown = 'must be known when the templates are made, and only the deployment knows it.';
const aDuration = 'must be a Duration, such as Duration.minutes(5), but is';
const aSecret = 'must be a secret, such as Secret.fromSecretNameV2(this, id, name), or a parameter, but is';

describe('props of another kind are refused in one sentence', () => {
  it.each<[unknown, string]>([
    [null, 'props must be an object, but is null.'],
    [{ selfRegistration: 'false' }, 'selfRegistration must be true or false, but is "false".'],
    [{ passwords: 'false' }, 'passwords must be true or false, but is "false".'],
    [{ protection: 0 }, 'protection must be true or false, but is 0.'],
    [{ stage: 5 }, 'stage must be a text, but is 5.'],
    [{ signing: 'KMS' }, 'signing must be memory or kms, but is "KMS".'],
    [{ signingAlgorithms: 'RS256' }, 'signingAlgorithms must be a list of texts, but is "RS256".'],
    [{ securityProfile: 'fapi1' }, 'securityProfile must be fapi2, but is "fapi1".'],
    [
      { pushedAuthorizationRequests: true },
      'pushedAuthorizationRequests must be off, accepted or required, but is true.',
    ],
    [{ registration: 'on' }, 'registration must be off, token or open, but is "on".'],
    [{ metadataDocuments: true }, 'metadataDocuments must be off, any or a list of host names, but is true.'],
    [{ audience: ['one'] }, 'audience must be a text, but is a list.'],
    [{ accessTokenLifetime: 60 }, `accessTokenLifetime ${aDuration} 60.`],
    [{ removalGrace: 'P14D', mail: { from: 'a@example.com' } }, `removalGrace ${aDuration} a text.`],
    [
      { logRetention: 10 },
      /^logRetention must be a number of days that CloudWatch Logs takes: 1, 3, 5, .*, but is 10\.$/,
    ],
    [{ throttling: 10 }, 'throttling must be an object, but is 10.'],
    [{ reservedConcurrency: { token: -1 } }, 'reservedConcurrency.token must be a number of instances, but is -1.'],
    [{ reservedConcurrency: { tokens: 1 } }, 'reservedConcurrency.tokens is not a setting.'],
    [{ operators: 'groups' }, /^operators must be an object such as .*, but is "groups"\.$/],
    [{ alarmTopic: 'arn:aws:sns:…' }, /^alarmTopic must be a topic, such as .*, but is a text\.$/],
    [{ logEncryptionKey: 'arn:aws:kms:…' }, /^logEncryptionKey must be a key, such as .*, but is a text\.$/],
    [{ mail: 'a@example.com' }, /^mail must be an object such as .*, but is "a@example\.com"\.$/],
    [
      { mail: { from: 'a@example.com', configurationSet: 'arn:aws:ses:…' } },
      'mail.configurationSet must be the name of a configuration set of SES, but is "arn:aws:ses:…".',
    ],
    [{ profileFields: 'name' }, 'profileFields must be a list of texts, but is "name".'],
    [{ pathAliasPrefixes: '/tenant' }, 'pathAliasPrefixes must be a list of texts, but is "/tenant".'],
    [{ pathAliases: 'keycloak' }, 'pathAliases must be true or false, but is "keycloak".'],
    [{ keyTags: { team: 1 } }, 'keyTags.team must be a text, but is 1.'],
    [{ hooks: { claims: 'arn:aws:lambda:…' } }, /^hooks\.claims must be a function, such as .*, but is a text\.$/],
    [{ hooks: { claim: undefined, authenticat: true } }, 'hooks.claim is not a setting.'],
    [{ hooks: { timeout: 3 } }, `hooks.timeout ${aDuration} 3.`],
    [{ upstreams: google }, 'upstreams must be a list of providers, but is an object.'],
    // It would have let in people of every domain.
    [{ upstreams: [{ ...google, emaildomains: ['example.com'] }] }, 'upstreams.0.emaildomains is not a setting.'],
    [{ domain: 'sign-in.example.com' }, 'domain must be an object, but is "sign-in.example.com".'],
    [
      { domain: { domainName: 'sign-in.example.com', certificate: 'arn:aws:acm:…' } },
      /^domain\.certificate must be a certificate, such as .*, but is a text\.$/,
    ],
    [{ front: true }, 'front must be an object, but is true.'],
    [
      { front: { domainName: 'sign-in.example.com' } },
      'front needs a certificate: add front.certificate, the ACM certificate of that name in us-east-1.',
    ],
  ] as [unknown, string][])('%j', (props, sentence) => {
    expect(() => serverWith(() => props)).toThrow(WrongSetting);
    expect(() => serverWith(() => props)).toThrow(sentence);
  });

  test.each<[string, object, string]>([
    [
      'a client secret',
      { upstreams: [{ ...google, clientSecret: 'do-not-show' }] },
      `upstreams.0.clientSecret ${aSecret} a text.`,
    ],
    ['a pepper', { passwordPepper: 'do-not-show' }, `passwordPepper ${aSecret} a text.`],
    [
      'a secret value',
      { passwordPepper: SecretValue.unsafePlainText('do-not-show') },
      `passwordPepper ${aSecret} known to the deployment only.`,
    ],
  ])('%s in the place of its resource, without a word of it', (_, props, sentence) => {
    expect(() => serverWith(() => props)).toThrow(new WrongSetting(sentence));
  });

  test.each<[string, unknown, string | RegExp]>([
    ['a URL', { domainName: 'https://sign-in.example.com' }, /^front\.domainName must be a host name in lower case/],
    ['no name', { domainName: undefined }, /^front\.domainName must be a host name .*, but is "undefined"\.$/],
    [
      'a limit below that of WAF',
      { requestsPerAddress: 5 },
      'requestsPerAddress must be a whole number from 10 to 2000000000, but is 5.',
    ],
    [
      'the name of a web ACL',
      { webAclArn: 'mine' },
      /^front\.webAclArn must be the ARN of a web ACL .*, but is "mine"\.$/,
    ],
    [
      'a web ACL of a region',
      { webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:regional/webacl/one/1' },
      /^front\.webAclArn must be the ARN of a web ACL of the scope CLOUDFRONT/,
    ],
  ])('front with %s', (_, front, sentence) => {
    const making = () =>
      serverWith((stack) => ({
        front: { domainName: 'sign-in.example.com', certificate: certificateIn(stack), ...(front as object) },
      }));
    expect(making).toThrow(WrongSetting);
    expect(making).toThrow(sentence);
  });

  test('front with a hosted zone of another domain', () => {
    const making = () =>
      serverWith((stack) => ({
        front: {
          domainName: 'sign-in.example.com',
          certificate: certificateIn(stack),
          hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
            hostedZoneId: 'Z1',
            zoneName: 'example.org',
          }),
        },
      }));
    expect(making).toThrow('The hosted zone example.org cannot hold a record for sign-in.example.com');
  });

  test.each<[string, (stack: Stack) => unknown, string]>([
    [
      'a web ACL of CloudFront in another region',
      (stack) => new FrontWebAcl(new Stack(stack, 'Other', { env: { ...env, region: 'eu-west-1' } }), 'Acl'),
      'CloudFront takes web ACLs of us-east-1 only, but the stack of this one is in eu-west-1.',
    ],
    [
      'tables',
      (stack) => new AuthorizationServerTables(stack, 'Tables', { protection: 'false' } as never),
      'protection must be true or false, but is "false".',
    ],
    [
      'tables of which one is missing',
      (stack) =>
        AuthorizationServerTables.fromExisting(stack, 'Tables', {
          grants: 'one',
          clients: 'two',
          people: 'three',
        } as never),
      'The keys table must be the name of a table of DynamoDB, but is "undefined".',
    ],
    [
      'no audience',
      (stack) => serverWith(() => ({}), stack).jwtAuthorizer({} as never),
      'audience must be the identifier of an API such as https://api.example.com, but is "undefined".',
    ],
    [
      'a scope of an authorizer',
      (stack) =>
        serverWith(() => ({}), stack).restAuthorizer(stack, 'Rest', { audience: 'one', scope: 'orders' as never }),
      'scope must be a list of texts, but is "orders".',
    ],
    [
      'the seconds of an authorizer',
      (stack) =>
        serverWith(() => ({}), stack).restAuthorizer(stack, 'Rest', { audience: 'one', resultsCacheTtl: 300 as never }),
      `resultsCacheTtl ${aDuration} 300.`,
    ],
    [
      'the scopes of a protected resource',
      (stack) =>
        serverWith(() => ({}), stack).protectedResource(stack, 'Api', {
          resource: 'https://a.example.com',
          scopes: 'a' as never,
        }),
      'scopes must be a list of texts, but is "a".',
    ],
    [
      'settings of stacks that are no function',
      () => pixyStacks(testApp(), { server: {} as never }),
      'server must be a function that returns settings, but is an object.',
    ],
    [
      'settings of several regions',
      () => new MultiRegionAuthorizationServer(testApp(), 'Auth', { domain: { hostedZone: 'Z1' } } as never),
      'domain.hostedZone must be an object, but is "Z1".',
    ],
  ])('%s', (_, making, sentence) => {
    expect(() => making(newStack())).toThrow(new WrongSetting(sentence));
  });

  test('a secret of another account, which Parameter Store does not find by its name', () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:999999999999:secret:google-abcdef';
    const making = () =>
      serverWith((stack) => ({
        upstreams: [{ ...google, clientSecret: Secret.fromSecretCompleteArn(stack, 'Secret', arn) }],
      }));
    expect(making).toThrow(
      new WrongSetting(`a secret must be in 111122223333, the account of the stack, but ${arn} is in 999999999999.`),
    );
  });
});

test('a prop that is no setting is warned of, because a stack may have handed on its own', () => {
  const stack = newStack();
  serverWith(() => ({ sesionLifetime: Duration.hours(1), passwords: null }), stack);
  const [warning, ...others] = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('setting'));
  expect(others).toEqual([]);
  expect(warning?.entry.data).toContain('sesionLifetime is not a setting of AuthorizationServer, and does nothing.');
});

describe('what only the deployment knows', () => {
  it.each<[string, (stack: Stack) => object, string]>([
    ['stage', (stack) => ({ stage: parameter(stack).valueAsString }), `stage ${notKnown}`],
    [
      'signing',
      (stack) => ({ signing: parameter(stack).valueAsString }),
      'signing must be memory or kms, but is known to the deployment only.',
    ],
    [
      'a lifetime',
      (stack) => ({ accessTokenLifetime: Duration.seconds(parameter(stack, 'Number').valueAsNumber) }),
      `accessTokenLifetime ${notKnown}`,
    ],
    [
      'hosts of documents',
      (stack) => ({ metadataDocuments: parameter(stack, 'CommaDelimitedList').valueAsList }),
      `metadataDocuments ${notKnown}`,
    ],
    ['a sender', (stack) => ({ mail: { from: parameter(stack).valueAsString } }), `mail.from ${notKnown}`],
  ])('cannot be %s', (_, props, sentence) => {
    expect(() => serverWith(props)).toThrow(new WrongSetting(sentence));
  });

  test('can be limits of requests and instances, and the retention of logs', () => {
    const template = templateOf((stack) => {
      const given = parameter(stack, 'Number').valueAsNumber;
      return {
        throttling: { rateLimit: given, burstLimit: given },
        reservedConcurrency: { token: given },
        logRetention: given,
      };
    });
    const [[, stage] = []] = ofType(template, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.Properties['DefaultRouteSettings']).toEqual({
      ThrottlingRateLimit: { Ref: 'Given' },
      ThrottlingBurstLimit: { Ref: 'Given' },
    });
    expect(functionsOf(template).get('Token')?.Properties['ReservedConcurrentExecutions']).toEqual({ Ref: 'Given' });
  });

  test('can be the identity of the sender', () => {
    const template = templateOf((stack) => ({
      mail: { from: 'no-reply@example.com', identity: parameter(stack).valueAsString },
    }));
    const mail = functionsOf(template).get('Mails') as Resource;
    const sending = policiesOf(template, mail).statements.find(({ Action }) => Action === 'ses:SendEmail');
    expect(JSON.stringify(sending?.Resource)).toMatch(/:identity\/",\{"Ref":"Given"\}/);
  });

  test('can be a user pool of the same app as the upstream provider', () => {
    const template = templateOf((stack) => {
      const pool = new UserPool(stack, 'Pool');
      const client = pool.addClient('Client', { generateSecret: true });
      const clientSecret = new Secret(stack, 'ClientSecret', { secretStringValue: client.userPoolClientSecret });
      const issuer = pool.userPoolProviderUrl;
      return { upstreams: [{ id: 'staff', name: 'Staff', issuer, clientId: client.userPoolClientId, clientSecret }] };
    });
    const variable = functionsOf(template).get('Upstream')?.Properties['Environment'].Variables['PIXY_UPSTREAMS'];
    const known = JSON.stringify(variable);
    expect(known).toContain('ProviderURL');
    expect(known).not.toContain('known');
  });
});

describe('a client secret', () => {
  test.each(['google', '/team/google', 'team.google_1-x'])('can be the parameter %s', (parameterName) => {
    const template = templateOf((stack) => ({
      upstreams: [
        {
          ...google,
          clientSecret: StringParameter.fromSecureStringParameterAttributes(stack, 'Secret', { parameterName }),
        },
      ],
    }));
    expect(providersOf(template)).toEqual([{ parameter: parameterName }]);
  });

  test('can have every name that Secrets Manager takes', () => {
    const name = 'Team/google+entra=1@example.com';
    const template = templateOf((stack) => ({
      upstreams: [{ ...google, clientSecret: Secret.fromSecretNameV2(stack, 'Secret', name) }],
    }));
    expect(providersOf(template)).toEqual([{ parameter: `/aws/reference/secretsmanager/${name}` }]);
  });

  /** As the function reads them when it starts. */
  const providersOf = (template: TemplateJson) => {
    const variable = functionsOf(template).get('Upstream')?.Properties['Environment'].Variables['PIXY_UPSTREAMS'];
    return v.parse(providersJson, variable).map(({ secret }) => secret);
  };
});

describe('a hook that was not made in this app', () => {
  const arn = 'arn:aws:lambda:us-east-1:999999999999:function:claims';

  test.each<[string, (stack: Stack) => string, unknown]>([
    ['of another account', () => arn, arn],
    ['of which only the deployment knows the ARN', (stack) => parameter(stack).valueAsString, { Ref: 'Given' }],
  ])('%s may be called by the functions that ask it', (_, arnIn, expected) => {
    const template = templateOf((stack) => ({
      hooks: { claims: Lambda.fromFunctionArn(stack, 'Claims', arnIn(stack)) },
    }));
    const token = functionsOf(template).get('Token') as Resource;
    const calling = policiesOf(template, token).statements.filter(({ Action }) => Action === 'lambda:InvokeFunction');
    expect(calling).toHaveLength(1);
    expect(calling[0]?.Resource).toContainEqual(expected);
    expect(token.Properties['Environment'].Variables['PIXY_HOOKS']).toBeDefined();
  });
});

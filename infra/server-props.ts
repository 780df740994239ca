import { Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { accessLogs } from './access-log.ts';
import type { AuthorizationServerProps } from './authorization-server-props.ts';
import { duration, isOn, knownText, knownTexts, number, object, ofCdk, oneOf, text } from './check-props.ts';
import { type Lifetimes, lifetimeLimits } from './environment.ts';
import { functionDescriptions, optionalFunctions } from './functions.ts';

/*
 * What kind every prop of AuthorizationServer is of. What a text or a number may say, whoever uses it checks.
 */

const anything = v.any();
const certificate = ofCdk(['certificateArn'], 'a certificate, such as Certificate.fromCertificateArn(this, id, arn)');
const hostedZone = ofCdk(['hostedZoneId'], 'a hosted zone, such as HostedZone.fromLookup(this, id, { domainName })');
const topic = ofCdk(['topicArn'], 'a topic, such as Topic.fromTopicArn(this, id, arn)');
const key = ofCdk(['keyArn'], 'a key, such as Key.fromKeyArn(this, id, arn)');
const lambda = ofCdk(['functionArn'], 'a function, such as Function.fromFunctionArn(this, id, arn)');
const secret = ofCdk(
  ['secretArn', 'parameterName'],
  'a secret, such as Secret.fromSecretNameV2(this, id, name), or a parameter',
);

const days = Object.values(RetentionDays).filter((value) => typeof value === 'number');
const retention = v.pipe(
  v.number('must be a number of days'),
  v.check(
    (value) => Token.isUnresolved(value) || days.includes(value),
    `must be a number of days that CloudWatch Logs takes: ${days.join(', ')}`,
  ),
);

const instances = v.pipe(
  number,
  v.check(
    (value) => Token.isUnresolved(value) || (Number.isInteger(value) && value >= 0),
    'must be a number of instances',
  ),
);

const limitable = [...Object.keys(functionDescriptions), ...Object.keys(optionalFunctions), 'mail', 'remove-accounts'];

const upstream = object({
  id: knownText,
  name: text,
  issuer: text,
  clientId: text,
  clientSecret: secret,
  tokenEndpointAuthMethod: oneOf('client_secret_basic', 'client_secret_post'),
  scope: text,
  claims: v.record(v.string(), text, 'must be an object'),
  emailDomains: knownTexts,
  trustEmail: isOn,
  trustAmr: isOn,
  accounts: oneOf('create', 'linked_only'),
  timeout: duration,
});

const lifetimes = Object.fromEntries(Object.keys(lifetimeLimits).map((name) => [name, duration])) as Record<
  keyof Lifetimes,
  typeof duration
>;

export const serverProps = {
  ...lifetimes,
  stage: knownText,
  protection: isOn,
  tables: anything,
  home: anything,
  domain: object({ domainName: text, certificate, hostedZone }),
  front: object({
    domainName: text,
    certificate,
    hostedZone,
    webAclArn: text,
    requestsPerAddress: number,
    secretGeneration: number,
  }),
  audience: text,
  signing: oneOf('memory', 'kms'),
  signingAlgorithms: knownTexts,
  keyTags: v.record(v.string(), text, 'must be an object'),
  selfRegistration: isOn,
  metadataDocuments: v.union([oneOf('off', 'any'), knownTexts], 'must be off, any or a list of host names'),
  deviceAuthorization: isOn,
  pushedAuthorizationRequests: oneOf('off', 'accepted', 'required'),
  registration: oneOf('off', 'token', 'open'),
  revokeAtSignOut: isOn,
  operators: v.looseObject({}, "must be an object such as { claim: 'groups', read: ['support'] }"),
  console: isOn,
  jwtBearer: isOn,
  tokenExchange: isOn,
  signedIntrospection: isOn,
  dpopNonces: isOn,
  securityProfile: oneOf('fapi2'),
  pairwiseSubjects: isOn,
  passwords: isOn,
  brand: v.looseObject({}, 'must be an object'),
  alarmTopic: topic,
  dashboard: isOn,
  throttling: object({ rateLimit: number, burstLimit: number }),
  accessLog: oneOf(...accessLogs),
  pathAliases: isOn,
  pathAliasPrefixes: knownTexts,
  logRetention: retention,
  logEncryptionKey: key,
  reservedConcurrency: object(Object.fromEntries(limitable.map((name) => [name, instances]))),
  mail: object(
    { from: knownText, identity: text, configurationSet: text },
    "an object such as { from: 'no-reply@example.com' }",
  ),
  mailCodes: isOn,
  profileFields: knownTexts,
  removalGrace: duration,
  upstreams: v.array(upstream, 'must be a list of providers'),
  passwordPepper: secret,
  hooks: object({
    authenticate: lambda,
    migrateAccount: lambda,
    claims: lambda,
    sendMessage: lambda,
    timeout: duration,
  }),
} satisfies Record<keyof AuthorizationServerProps, v.GenericSchema>;

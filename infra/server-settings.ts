import type { Duration } from 'aws-cdk-lib';
import * as v from 'valibot';
import { profileAlgorithms } from '../shared/clients/profile.ts';
import type { SigningAlgorithm } from '../shared/keys/signing-key.ts';
import { operatorsJson } from '../shared/people/operators.ts';
import { profileFields as knownFields } from '../shared/people/profile-fields.ts';
import type { AuthorizationServerProps, OperatorsProps } from './authorization-server-props.ts';
import { brandVariable } from './brand.ts';
import { checkAudience } from './constructs/check-audience.ts';
import { lifetimeVariables, type PixyEnvironment } from './environment.ts';
import { checkAlgorithms, type Signing } from './signing.ts';
import { WrongSetting } from './wrong-setting.ts';

export type ServerSettings = {
  signing: Signing;
  algorithms: readonly [SigningAlgorithm, ...SigningAlgorithm[]];
  /** What every function reads, for the props that were given. */
  variables: PixyEnvironment;
};

/** The settings that the functions read. Throws {@link WrongSetting} for what no function would start with. */
export function readSettings(props: AuthorizationServerProps): ServerSettings {
  if (props.selfRegistration && props.passwords === false) {
    throw new WrongSetting(
      'selfRegistration asks people for a password: leave it out where passwords are off, and invite people instead.',
    );
  }
  if (props.mailCodes && !props.mail && !props.hooks?.sendMessage) {
    throw new WrongSetting('mailCodes needs mail: add mail: { from }, or the hook sendMessage.');
  }
  if (props.console && !props.operators) {
    throw new WrongSetting(
      'console needs operators: say whose accounts may use it, such as { claim: "groups", read: ["ops"] }.',
    );
  }
  if (props.console && props.securityProfile) {
    throw new WrongSetting(
      'console signs people in as a public client, which FAPI 2.0 does not allow: leave out console or securityProfile.',
    );
  }
  const lifetimes = lifetimeVariables(props);
  const audience = audienceVariable(props.audience);
  const signing = props.signing ?? 'memory';
  const algorithms = checkAlgorithms(props.signingAlgorithms ?? ['RS256'], signing);
  if (props.securityProfile && !(profileAlgorithms as readonly string[]).includes(algorithms[0])) {
    throw new WrongSetting(
      `securityProfile needs ${profileAlgorithms.join(', ')} as the first of signingAlgorithms: ${algorithms[0]} is not allowed by FAPI 2.0.`,
    );
  }
  const variables: PixyEnvironment = {
    ...audience,
    ...lifetimes,
    ...(props.selfRegistration && { PIXY_REGISTRATION: 'on' }),
    ...(props.registration && { PIXY_CLIENT_REGISTRATION: props.registration }),
    ...documentsVariable(props.metadataDocuments ?? 'off'),
    ...(props.deviceAuthorization && { PIXY_DEVICE_AUTHORIZATION: 'on' }),
    ...(props.pushedAuthorizationRequests && { PIXY_PUSHED_REQUESTS: props.pushedAuthorizationRequests }),
    ...(props.revokeAtSignOut && { PIXY_REVOKE_AT_SIGN_OUT: 'on' }),
    ...(props.operators && { PIXY_OPERATORS: operatorsVariable(props.operators) }),
    ...(props.console && { PIXY_CONSOLE: 'on' }),
    ...(props.mailCodes && { PIXY_MAIL_CODES: 'on' }),
    ...(props.removalGrace && { PIXY_REMOVAL_GRACE: removalVariable(props.removalGrace, props) }),
    ...(props.profileFields && { PIXY_PROFILE_FIELDS: profileVariable(props) }),
    ...(props.jwtBearer && { PIXY_JWT_BEARER: 'on' }),
    ...(props.tokenExchange && { PIXY_TOKEN_EXCHANGE: 'on' }),
    ...(props.securityProfile && { PIXY_SECURITY_PROFILE: props.securityProfile }),
    ...(props.pairwiseSubjects && { PIXY_PAIRWISE_SUBJECTS: 'on' }),
    ...(props.signedIntrospection && { PIXY_SIGNED_INTROSPECTION: 'on' }),
    ...(props.dpopNonces && { PIXY_DPOP_NONCES: 'on' }),
    ...(props.passwords === false && { PIXY_PASSWORDS: 'off' }),
    ...(props.brand && { PIXY_BRAND: brandVariable(props.brand) }),
    ...(props.signing && { PIXY_SIGNING: signing }),
    ...(props.signingAlgorithms && { PIXY_SIGNING_ALGORITHMS: algorithms.join(' ') }),
  };
  return { signing, algorithms, variables };
}

function operatorsVariable(operators: OperatorsProps): string {
  const text = JSON.stringify(operators);
  const parsed = v.safeParse(operatorsJson, text);
  if (parsed.success) return text;
  const [issue] = parsed.issues;
  throw new WrongSetting(`operators: ${v.getDotPath(issue) ?? 'it'} ${issue.message}.`);
}

function documentsVariable(documents: 'off' | 'any' | readonly string[]): PixyEnvironment {
  if (documents === 'off') return {};
  if (documents === 'any') return { PIXY_METADATA_DOCUMENTS: documents };
  const wrong = documents.find((host) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host));
  if (documents.length === 0 || wrong !== undefined) {
    const has = wrong === undefined ? 'names no host' : `has "${wrong}", which is not a host name in lower case`;
    throw new WrongSetting(`metadataDocuments ${has}: write off, any, or names like ['apps.example.com'].`);
  }
  return { PIXY_METADATA_DOCUMENTS: documents.join(' ') };
}

function audienceVariable(audience: string | undefined): PixyEnvironment {
  if (audience === undefined) return {};
  checkAudience(audience);
  return { PIXY_AUDIENCE: audience };
}

function profileVariable({ profileFields = [], mail, hooks }: AuthorizationServerProps): string {
  const unknown = profileFields.find((name) => !knownFields.includes(name));
  if (unknown !== undefined) {
    throw new WrongSetting(`profileFields has "${String(unknown)}": write some of ${knownFields.join(', ')}.`);
  }
  if (profileFields.includes('email') && !mail && !hooks?.sendMessage) {
    throw new WrongSetting('profileFields has email, which needs mail: add mail: { from }, or the hook sendMessage.');
  }
  return profileFields.join(' ');
}

function removalVariable(grace: Duration, { mail, hooks }: AuthorizationServerProps): string {
  if (!mail && !hooks?.sendMessage) {
    throw new WrongSetting(
      'removalGrace needs mail, for the link that keeps an account: add mail: { from }, or the hook sendMessage.',
    );
  }
  const days = grace.toDays({ integral: false });
  if (days < 1 || days > 90) throw new WrongSetting(`removalGrace must be from 1 to 90 days, but is ${days} days.`);
  return String(grace.toSeconds());
}

import { ok, type Result, refuse } from '../../result.ts';
import type { Mistake } from '../registration.ts';
import { numbered } from './entries.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { unreadOf } from './left-behind.ts';
import { type Members, membersOf, shown } from './members.ts';
import { secretOf } from './secret.ts';

/**
 * Cognito: reads the responses of `aws cognito-idp describe-user-pool-client`, one or a list. App clients have no PKCE setting, so
 * every client inherits. One without a secret is public.
 */
export const cognito: ForeignFormat = {
  entries: (text) => {
    const json = parseJson(text);
    return json.ok ? entriesOf(json.value) : json;
  },
  translate: (value, options) =>
    isObject(value)
      ? (refuseOther(value) ?? ok(translate(value, options)))
      : refuse({ member: 'entry', problem: 'is not an object' }),
};

function entriesOf(json: unknown): Result<Entry[], string> {
  if (isObject(json) && Array.isArray(json['UserPoolClients'])) {
    return refuse('has only names and ids: read each client with aws cognito-idp describe-user-pool-client');
  }
  const responses = Array.isArray(json) ? json : [json];
  if (!responses.every(isObject)) return refuse('has no app client');
  return ok(numbered(responses.map((response) => response['UserPoolClient'] ?? response)));
}

function refuseOther(entry: JsonObject): Result<never, Mistake> | undefined {
  const member = 'AllowedOAuthFlowsUserPoolClient';
  return entry[member] === false ? refuse({ member, problem: 'is false: the client does not use OAuth' }) : undefined;
}

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(entry);
  const isPublic = members.text('ClientSecret') === undefined;
  const flows = members.list('AllowedOAuthFlows') ?? [];
  const grants = keepGrantTypesOf(
    members,
    [...flows, ...(flows.includes('code') ? ['refresh_token'] : [])],
    'AllowedOAuthFlows',
  );
  const secret = secretOf(members, ['ClientSecret'], options.authMethod ?? 'client_secret_basic', isPublic);
  const rotation = readRotation(entry, isPublic);
  return {
    metadata: {
      client_id: members.text('ClientId'),
      client_name: members.text('ClientName'),
      redirect_uris: members.list('CallbackURLs') ?? [],
      post_logout_redirect_uris: members.list('LogoutURLs'),
      ...secret.metadata,
      grant_types: grants.grantTypes,
      scope: scopeOf(members),
      first_party: true,
      ...(grants.grantTypes.includes('refresh_token') && {
        refresh_token_lifetime: refreshLifetime(members, entry),
        ...rotation.metadata,
      }),
    },
    pkce: { policy: 'inherit' },
    names,
    mistakes: members.mistakes,
    notes: [
      ...grants.notes,
      ...secret.notes,
      ...(grants.grantTypes.includes('refresh_token') ? rotation.notes : []),
      ...settingsLeft(members, entry),
    ],
  };
}

const names = {
  client_id: 'ClientId', client_name: 'ClientName', client_secret: 'ClientSecret', redirect_uris: 'CallbackURLs',
  post_logout_redirect_uris: 'LogoutURLs', grant_types: 'AllowedOAuthFlows', scope: 'AllowedOAuthScopes',
  refresh_token_lifetime: 'RefreshTokenValidity', refresh_token_grace: 'RefreshTokenRotation.RetryGracePeriodSeconds',
}; // biome-ignore format: a table

/** The scope of Cognito's own API means nothing elsewhere. */
const scopeOf = (members: Members): string =>
  (members.list('AllowedOAuthScopes') ?? []).filter((value) => value !== 'aws.cognito.signin.user.admin').join(' ');

/** Unless it is switched on, a client keeps its refresh token there. */
function readRotation(entry: JsonObject, isPublic: boolean): { metadata: JsonObject; notes: string[] } {
  const rotation = membersOf(isObject(entry['RefreshTokenRotation']) ? entry['RefreshTokenRotation'] : {});
  if (rotation.text('Feature') === 'ENABLED') {
    return { metadata: { refresh_token_grace: rotation.seconds('RetryGracePeriodSeconds') || undefined }, notes: [] };
  }
  return isPublic
    ? { metadata: {}, notes: ['gets a new refresh token at every use: it is public'] }
    : { metadata: { rotate_refresh_tokens: false }, notes: [] };
}

/** Lifetimes that are not the usual ones, ways to sign in besides OAuth, and whatever else a client has there. */
function settingsLeft(members: Members, entry: JsonObject): string[] {
  const units = membersOf(isObject(entry['TokenValidityUnits']) ? entry['TokenValidityUnits'] : {});
  const lifetimes = ['AccessToken', 'IdToken'].filter((name) => {
    const count = members.seconds(`${name}Validity`) ?? 0;
    const seconds = count * (unitSeconds[units.text(name) ?? 'hours'] ?? 3_600);
    return seconds !== 0 && seconds !== 3_600;
  });
  const flows = (members.list('ExplicitAuthFlows') ?? []).filter((flow) => !/REFRESH_TOKEN/.test(flow));
  const providers = (members.list('SupportedIdentityProviders') ?? []).filter((name) => name !== 'COGNITO');
  const left = [
    ...lifetimes.map((name) => `${name}Validity`),
    ...(flows.length > 0 ? ['ExplicitAuthFlows'] : []),
    ...(providers.length > 0 ? ['SupportedIdentityProviders'] : []),
    ...unreadOf(members, withoutEffect),
  ];
  return left.length > 0 ? [`comes without ${shown(left)}`] : [];
}

/** Members about the record, what is read elsewhere, and what Pixy has for everybody. */
const withoutEffect =
  /^(?:UserPoolId|RefreshTokenValidity|LastModifiedDate|CreationDate|TokenValidityUnits|RefreshTokenRotation|AllowedOAuthFlowsUserPoolClient|PreventUserExistenceErrors|EnableTokenRevocation|DefaultRedirectURI|AuthSessionValidity)$/;

const unitSeconds: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

/** In days, unless the units say otherwise. */
function refreshLifetime(members: Members, entry: JsonObject): number | undefined {
  const units = membersOf(isObject(entry['TokenValidityUnits']) ? entry['TokenValidityUnits'] : {});
  const count = members.seconds('RefreshTokenValidity');
  const unit = unitSeconds[units.text('RefreshToken') ?? 'days'] ?? 86_400;
  return count ? count * unit : undefined;
}

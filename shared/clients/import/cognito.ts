import { ok, type Result, refuse } from '../../result.ts';
import type { Mistake } from '../registration.ts';
import { numbered } from './entries.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { type Members, membersOf } from './members.ts';
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
      ...(grants.grantTypes.includes('refresh_token') && { refresh_token_lifetime: refreshLifetime(members, entry) }),
    },
    pkce: { policy: 'inherit' },
    names,
    mistakes: members.mistakes,
    notes: [...grants.notes, ...secret.notes],
  };
}

const names = {
  client_id: 'ClientId', client_name: 'ClientName', client_secret: 'ClientSecret', redirect_uris: 'CallbackURLs',
  post_logout_redirect_uris: 'LogoutURLs', grant_types: 'AllowedOAuthFlows', scope: 'AllowedOAuthScopes',
  refresh_token_lifetime: 'RefreshTokenValidity',
}; // biome-ignore format: a table

/** The scope of Cognito's own API means nothing elsewhere. */
const scopeOf = (members: Members): string =>
  (members.list('AllowedOAuthScopes') ?? []).filter((value) => value !== 'aws.cognito.signin.user.admin').join(' ');

const unitSeconds: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

/** In days, unless the units say otherwise. */
function refreshLifetime(members: Members, entry: JsonObject): number | undefined {
  const units = membersOf(isObject(entry['TokenValidityUnits']) ? entry['TokenValidityUnits'] : {});
  const count = members.seconds('RefreshTokenValidity');
  const unit = unitSeconds[units.text('RefreshToken') ?? 'days'] ?? 86_400;
  return count ? count * unit : undefined;
}

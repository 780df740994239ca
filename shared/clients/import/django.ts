import { ok, refuse } from '../../result.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { hashedSecretOf } from './hashed-secret.ts';
import { isObject, type JsonObject } from './json.ts';
import { hasOtherOrigin, unreadOf } from './left-behind.ts';
import { type Members, membersOf, shown } from './members.ts';

/**
 * Django OAuth Toolkit: reads its applications as `manage.py dumpdata` writes them, whatever other models are in the file. Its PKCE
 * setting is for all clients, so every client inherits. Their secrets are hashes of Django unless somebody switched that off.
 */
export const django: ForeignFormat = {
  entries: (text) => {
    const entries = jsonEntries(text);
    if (!entries.ok) return entries;
    const applications = entries.value.filter(({ value }) => isApplication(fieldsOf(value)));
    return applications.length > 0 ? ok(applications) : refuse('has no application of Django OAuth Toolkit');
  },
  translate: (value, options) => ok(translate(fieldsOf(value), options)),
};

const fieldsOf = (value: unknown): JsonObject => {
  const fields = isObject(value) ? (value['fields'] ?? value) : {};
  return isObject(fields) ? fields : {};
};

/** Projects can have an application of their own, under any name. */
const isApplication = (fields: JsonObject): boolean => 'client_id' in fields && 'authorization_grant_type' in fields;

/** An application has one. Its codes and devices get refresh tokens, too. */
const grantTypes: ReadonlyMap<string, readonly string[]> = new Map([
  ['authorization-code', ['authorization_code', 'refresh_token']],
  ['openid-hybrid', ['hybrid', 'refresh_token']],
  ['client-credentials', ['client_credentials']],
  ['urn:ietf:params:oauth:grant-type:device_code', ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']],
]);

function translate(fields: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(fields);
  const type = members.text('authorization_grant_type') ?? '';
  const grants = keepGrantTypesOf(members, grantTypes.get(type) ?? [type], 'authorization_grant_type');
  const isPublic = members.text('client_type') === 'public';
  const isHashed = members.flag('hash_client_secret');
  const method = options.authMethod ?? 'client_secret_basic';
  const secret = hashedSecretOf(members, 'client_secret', isPublic ? 'none' : method, isHashed);
  return {
    metadata: {
      client_id: members.text('client_id'),
      client_name: members.text('name'),
      redirect_uris: members.list('redirect_uris') ?? [],
      post_logout_redirect_uris: members.list('post_logout_redirect_uris'),
      id_token_signed_response_alg: members.text('algorithm'),
      ...secret.metadata,
      grant_types: grants.grantTypes,
      response_types: type === 'openid-hybrid' ? ['code', 'code id_token'] : undefined,
      first_party: members.flag('skip_authorization') === true ? true : undefined,
    },
    pkce: { policy: 'inherit' },
    names: { client_name: 'name', grant_types: 'authorization_grant_type', id_token_signed_response_alg: 'algorithm' },
    secretHashes: secret.hashes,
    mistakes: members.mistakes,
    notes: [
      ...grants.notes,
      ...secret.notes,
      ...leftBehind(members),
      'may ask for openid, profile, email and the like: the file has no scopes, so add those of APIs',
    ],
  };
}

/** Projects can have fields of their own. */
function leftBehind(members: Members): string[] {
  const isOther = hasOtherOrigin(members.list('allowed_origins') ?? [], members.list('redirect_uris') ?? []);
  const left = [
    ...(isOther ? ['allowed_origins'] : []),
    ...unreadOf(members, /^(?:id|user|created|updated|registration_source)$/),
  ];
  return left.length > 0 ? [`comes without ${shown(left)}`] : [];
}

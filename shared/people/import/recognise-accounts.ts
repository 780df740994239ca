/*
 * Recognises by the first lines of a file which system its accounts come from, so that somebody who names the wrong format is told
 * the right one.
 */

/** `instead`: what to do with a file that no format reads. */
type Recognised = { what: string } & (
  | { format: string; instead?: undefined }
  | { format?: undefined; instead: string }
);

const asTable = 'write a table with the columns username, email and password_hash, and use --format csv';
const asList = 'write a list of { "username", "email", "claims", "password_hash" }, and use --format json';

const shapes: readonly (Recognised & { is: RegExp })[] = [
  { what: 'a table of Cognito', format: 'cognito', is: /^[^\n]*\bcognito:username\b/ },
  { what: 'a list of Cognito users', format: 'cognito', is: /"UserStatus"\s*:/ },
  {
    what: 'a Keycloak realm export',
    format: 'keycloak',
    is: /"realm"\s*:|"(?:emailVerified|federatedIdentities|secretData)"\s*:(?=[\s\S]*"(?:credentials|username)"\s*:)/,
  },
  { what: 'an export of Auth0 users', format: 'auth0', is: /"user_id"\s*:\s*"[\w-]+\|/ },
  { what: 'a list of Okta users', format: 'okta', is: /"profile"\s*:\s*\{[^{}]*"login"\s*:/ },
  { what: 'an export of Firebase users', format: 'firebase', is: /"localId"\s*:/ },
  { what: 'a dump of Django', format: 'django', is: /"model"\s*:\s*"[\w.]+"[^{}]*"fields"\s*:/ },
  { what: 'a list of WordPress users', format: 'wordpress', is: /\buser_login\b/ },
  { what: 'the table AspNetUsers', format: 'aspnet', is: /\bNormalizedUserName\b/i },
  {
    what: 'a list of Ory Kratos identities',
    format: 'kratos',
    is: /"schema_id"\s*:[\s\S]*"traits"\s*:|"traits"\s*:[\s\S]*"schema_id"\s*:/,
  },
  { what: 'an LDIF file', format: 'ldif', is: /^(?:version: 1\r?\n|#[^\n]*\n|\s)*dn:{1,2} / },
  { what: 'a password file of a web server', instead: asTable, is: /^[^\s:,;"{}]+:(?:\$(?:apr1|2[aby])\$|\{SHA\})/ },
  { what: 'a shadow file', instead: asTable, is: /^[^\s:,;"{}]+:[^:\n]*:\d*:\d*:\d*:\d*:\d*:\d*:/ },
  {
    what: 'an export of Clerk',
    format: 'clerk',
    is: /\bpassword_digest\b[\s\S]*\bpassword_hasher\b|"primary_email_address_id"\s*:/,
  },
  {
    what: 'a list of users of Supabase',
    format: 'supabase',
    is: /\bencrypted_password\b[\s\S]*\braw_(?:user|app)_meta_data\b|"aud"\s*:\s*"authenticated"/,
  },
  {
    what: 'a list of FusionAuth users',
    format: 'fusionauth',
    is: /"(?:encryptionScheme|passwordChangeRequired|usernameStatus)"\s*:/,
  },
  { what: 'a list of Stytch users', instead: asList, is: /"user_id"\s*:\s*"user-(?:live|test)-/ },
  { what: 'a list of WorkOS users', instead: asList, is: /"object"\s*:\s*"user"/ },
  { what: 'a list of SCIM', instead: asList, is: /"urn:ietf:params:scim:/ },
  { what: 'a list of users of Entra ID', instead: asList, is: /"userPrincipalName"\s*:/ },
  { what: 'the users of Authelia', instead: asList, is: /"users"\s*:\s*\{[\s\S]*"displayname"\s*:/ },
];

/** Says what a file is, or undefined when it may be of any system. `beginning`: its first part. */
export function recogniseAccounts(beginning: string): Recognised | undefined {
  const found = shapes.find(({ is }) => is.test(beginning));
  if (found?.instead !== undefined) return { what: found.what, instead: found.instead };
  return found && { what: found.what, format: found.format };
}

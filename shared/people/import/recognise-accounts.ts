/*
 * Recognises by the first lines of a file which system its accounts come from, so that somebody who names the wrong format is told
 * the right one.
 */

type Recognised = { what: string; format: string };

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
];

/** Says what a file is, or undefined when it may be of any system. `beginning`: its first part. */
export function recogniseAccounts(beginning: string): Recognised | undefined {
  const found = shapes.find(({ is }) => is.test(beginning));
  return found && { what: found.what, format: found.format };
}

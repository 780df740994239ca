import type { Command } from 'commander';
import { collect, collectWords } from '../../options.ts';

/** The flags of `add` and `set` for members of an API. */
export type ApiFlags = {
  scope?: string;
  accessTokenLifetime?: string;
  accessTokenTyp?: string;
  accessTokenClaims?: boolean;
  introspectedBy?: string[];
};

/** Leaves checking values to the document's parser, so that refusals have the same wording. */
export const apiFlags = (command: Command): Command =>
  command
    .option('--scope <values>', 'the scope values of the API, separated by spaces (repeatable)', collectWords)
    .option(
      '--access-token-lifetime <seconds>',
      'lifetime of its access tokens in seconds: 60 to 86400, or "default" for the server’s',
    )
    .option(
      '--access-token-typ <typ>',
      `type of its access tokens: at+jwt (the default), or JWT for verifiers that refuse at+jwt`,
    )
    .option('--access-token-claims', 'its access tokens have the claims of the granted scope, such as groups')
    .option('--no-access-token-claims', 'only userinfo has the claims of the granted scope')
    .option('--introspected-by <client-id>', 'a client that may introspect its tokens (repeatable)', collect);

/** Returns the members that the flags set. Undefined removes a member. */
export function membersOf({
  scope,
  accessTokenLifetime,
  accessTokenTyp,
  accessTokenClaims,
  introspectedBy,
}: ApiFlags): Record<string, unknown> {
  return {
    ...(scope !== undefined && { scope }),
    ...(accessTokenLifetime !== undefined && { access_token_lifetime: lifetimeOf(accessTokenLifetime) }),
    ...(accessTokenTyp !== undefined && { access_token_typ: accessTokenTyp }),
    ...(accessTokenClaims !== undefined && { access_token_claims: accessTokenClaims }),
    ...(introspectedBy !== undefined && { introspected_by: introspectedBy }),
  };
}

/** Leaves anything but a number unchanged, so that it is refused as such. */
function lifetimeOf(text: string): unknown {
  if (text === 'default') return undefined;
  return /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : text;
}

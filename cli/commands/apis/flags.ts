import type { Command } from 'commander';
import { collect } from '../../options.ts';

/** The flags of `add` and `set` that stand for members of an API. */
export type ApiFlags = { scope?: string; accessTokenLifetime?: string; introspectedBy?: string[] };

/** Values are checked where documents are, so that a flag is refused in the same words. */
export const apiFlags = (command: Command): Command =>
  command
    .option('--scope <values>', 'the scope values it knows, separated by spaces')
    .option('--access-token-lifetime <seconds>', 'how long its tokens live: 60 to 86400, or "default" for the server’s')
    .option('--introspected-by <client-id>', 'a client that may introspect its tokens (repeatable)', collect);

/** The members that the flags set; undefined takes a member away. */
export function membersOf({ scope, accessTokenLifetime, introspectedBy }: ApiFlags): Record<string, unknown> {
  return {
    ...(scope !== undefined && { scope }),
    ...(accessTokenLifetime !== undefined && { access_token_lifetime: lifetimeOf(accessTokenLifetime) }),
    ...(introspectedBy !== undefined && { introspected_by: introspectedBy }),
  };
}

/** What is no number stays as it is, and is refused as one. */
function lifetimeOf(text: string): unknown {
  if (text === 'default') return undefined;
  return /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : text;
}

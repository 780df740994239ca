import * as clientUses from './clients.ts';
import * as keyUses from './keys.ts';
import * as grantUses from './oauth-grants.ts';
import * as personUses from './people.ts';
import * as signInUses from './sign-in.ts';

/**
 * The uses of the tables that a function can be granted, by name. Permissions are granted by use: each `grant…` here allows exactly
 * the calls that one piece of the code makes, so a function without that grant cannot make them.
 */
export const uses = { ...clientUses, ...grantUses, ...personUses, ...signInUses, ...keyUses };

/** A use of the tables that a function can be granted. */
export type Use = Exclude<keyof typeof uses, 'grantTagKeys'>;

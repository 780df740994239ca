import * as clientUses from './client-uses.ts';
import * as grantUses from './grant-uses.ts';
import * as keyUses from './key-uses.ts';
import * as personUses from './person-uses.ts';
import * as signInUses from './sign-in-uses.ts';

/**
 * The uses of the tables that a function can be granted, by name. Permissions are granted by use: each `grant…` here allows exactly
 * the calls that one piece of the code makes, so a function without that grant cannot make them.
 */
export const uses = { ...clientUses, ...grantUses, ...personUses, ...signInUses, ...keyUses };

/** A use of the tables that a function can be granted. */
export type Use = keyof typeof uses;

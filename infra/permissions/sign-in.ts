import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { allow, ofItems } from './allow.ts';
import { allowWrapping, totpSecrets } from './allow-wrapping.ts';
import type { ServerTables } from './server-tables.ts';

/**
 * Allows reading an account with its password hash, counting the attempt, upgrading the hash, starting a session and ending the
 * previous one.
 */
export function grantSignIn(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem'], ofItems('account#*', 'username#*'))
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('account#*', 'throttle#*')))
    .combine(allowBeginningSessions(tables, grantee));
}

/** Allows storing the challenge for a passkey on the sign-in page. */
export function grantOfferPasskeys(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:PutItem'], ofItems('challenge#*'));
}

/** Allows storing a sign-in that waits for a code, decrypting an authenticator app's secret, and spending codes. */
export function grantAskForCode(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('pending#*', 'totp#*'))
    .combine(allow(grantee, tables.people, ['dynamodb:PutItem'], ofItems('pending#*')))
    .combine(allowWrapping(tables, grantee, 'kms:Decrypt', totpSecrets));
}

/**
 * Allows storing and spending challenges, reading, updating and making passkeys, reading an account and whether it has a second factor,
 * starting a session and ending the previous one.
 */
export function grantUsePasskeys(tables: ServerTables, grantee: IGrantable): Grant {
  const read = ofItems('account#*', 'challenge#*', 'passkeys#*', 'sessions#*', 'totp#*');
  return allow(grantee, tables.people, ['dynamodb:GetItem'], read)
    .combine(allow(grantee, tables.people, ['dynamodb:PutItem'], ofItems('challenge#*', 'passkeys#*', 'sessions#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('challenge#*', 'passkeys#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:Query'], ofItems('passkeys#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:DeleteItem'], ofItems('sessions#*')));
}

/**
 * Allows reading an account and whether it has a second factor, setting its password or making a passkey with a link, removing the
 * other ways to sign in, starting a session or the wait for a code, and ending the previous sessions.
 */
export function grantAcceptInvitations(tables: ServerTables, grantee: IGrantable): Grant {
  const read = ofItems('account#*', 'challenge#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*');
  const put = ofItems('challenge#*', 'passkeys#*', 'pending#*', 'sessions#*');
  const end = ofItems('links#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*');
  return allow(grantee, tables.people, ['dynamodb:GetItem'], read)
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('account#*', 'challenge#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:PutItem'], put))
    .combine(allow(grantee, tables.people, ['dynamodb:Query'], ofItems('links#*', 'passkeys#*', 'sessions#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:DeleteItem'], end));
}

/** Allows claiming a username, creating an account, counting the attempt and starting a session, but not changing an account. */
export function grantRegister(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem', 'dynamodb:PutItem'], ofItems('account#*'))
    .combine(
      allow(grantee, tables.people, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('username#*', 'throttle#*')),
    )
    .combine(allow(grantee, tables.people, ['dynamodb:PutItem'], ofItems('sessions#*')));
}

/**
 * Allows storing flows to upstream providers, linking their people to accounts, creating an account, starting a session and
 * ending the previous one, but not changing an existing account.
 */
export function grantSignInUpstream(tables: ServerTables, grantee: IGrantable): Grant {
  return allowMakingAccounts(tables, grantee)
    .combine(
      allow(
        grantee,
        tables.people,
        ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        ofItems('upstream#*', 'upstream-flow#*'),
      ),
    )
    .combine(allow(grantee, tables.people, ['dynamodb:PutItem'], ofItems('upstream-flow#*', 'links#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:DeleteItem'], ofItems('upstream#*', 'links#*')))
    .combine(allowBeginningSessions(tables, grantee));
}

/** Allows creating an account and changing its names and claims, as the sign-in hooks do. */
export function grantMirrorAccounts(tables: ServerTables, grantee: IGrantable): Grant {
  return allowMakingAccounts(tables, grantee)
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('account#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:DeleteItem'], ofItems('username#*')));
}

/** Allows starting a session, and ending the same person's previous one in the browser. */
function allowBeginningSessions(tables: ServerTables, grantee: IGrantable): Grant {
  const actions = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'] as const;
  return allow(grantee, tables.people, actions, ofItems('sessions#*'));
}

/** Allows claiming a name and creating an account with it. */
function allowMakingAccounts(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem', 'dynamodb:PutItem'], ofItems('account#*')).combine(
    allow(grantee, tables.people, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('username#*')),
  );
}

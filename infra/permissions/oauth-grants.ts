import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { pushedAttributes } from '../../shared/grants/pushed-request-store.ts';
import { endedSessionsOfAccounts, linkedAccounts, signedInPeople, standingOfAccounts } from './account-attributes.ts';
import { allow, type Conditions, ofItems } from './allow.ts';
import type { ServerTables } from './server-tables.ts';

/** Allows marking a client assertion as used, which works only once. */
export function grantUseAssertions(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('assertion#*'));
}

/** Allows counting wrong secrets of clients. */
export function grantCountGuesses(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:UpdateItem'], ofItems('throttle#*'));
}

/** Allows writing a new grant with its code challenge. */
export function grantIssue(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:PutItem']);
}

/** Allows reading of a request that a client pushed what it asks for, and whether it has become a grant; nothing else of that. */
export function grantReadPushedRequests(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:GetItem'], {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...pushedAttributes] },
    StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
  });
}

/** Allows reading a pushed request, alone or with who is signed in, and turning it into a grant. */
export function grantCompletePushedRequests(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem']);
}

/** Allows spending a code, moving a grant to its next generation or revoking it, and reading the result. */
export function grantRedeem(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
}

/** Allows reading whether a grant is still in force, and whether its person still stands by it. */
export function grantReadGrants(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:BatchGetItem']).combine(
    allow(grantee, tables.people, ['dynamodb:BatchGetItem'], standingOfAccounts),
  );
}

/** Allows reading whether a person still stands by what was made in their name, and nothing else of their account. */
export function grantReadStanding(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem'], standingOfAccounts);
}

/**
 * Allows finding whom an identity provider means and whether the link is one of the account, and storing what it asserts as a grant.
 */
export function grantTakeIdentities(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:PutItem'])
    .combine(allow(grantee, tables.people, ['dynamodb:GetItem'], ofItems('upstream#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:GetItem'], linkedAccounts));
}

/** Allows finding a person's grants with refresh tokens; `conditions` limit what the index is asked for. */
function grantFindGrants(tables: ServerTables, grantee: IGrantable, conditions?: Conditions): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:Query'],
    resourceArns: [`${tables.grants.tableArn}/index/byPerson`],
    conditions,
  });
}

/** Allows finding a person's grants with refresh tokens, and deleting the oldest. */
export function grantLimitGrants(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem']).combine(
    grantFindGrants(tables, grantee),
  );
}

/** Allows finding the request of a device by its user code, and deciding it in the name of who is signed in. */
export function grantDecideForDevices(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem'])
    .combine(grantFindGrants(tables, grantee, ofItems('user-code#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:BatchGetItem'], signedInPeople));
}

/** Allows finding and revoking a person's grants with refresh tokens. */
export function grantRevokeGrants(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem']).combine(
    grantFindGrants(tables, grantee),
  );
}

/** Allows writing into an account that sessions ended with their grants, reading that, and revoking those; nothing else of the account. */
export function grantEndWithGrants(tables: ServerTables, grantee: IGrantable): Grant {
  return grantRevokeGrants(tables, grantee)
    .combine(grantReadStanding(tables, grantee))
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], endedSessionsOfAccounts));
}

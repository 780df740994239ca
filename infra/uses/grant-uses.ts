import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { allow, ofItems } from './allow.ts';
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

/** Allows spending a code, moving a grant to its next generation or revoking it, and reading the result. */
export function grantRedeem(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
}

/** Allows reading whether a grant is still in force. */
export function grantReadGrants(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:GetItem']);
}

/** Allows finding and revoking a person's grants with refresh tokens. */
export function grantRevokeGrants(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:GetItem', 'dynamodb:UpdateItem']).combine(
    Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: [`${tables.grants.tableArn}/index/byPerson`],
    }),
  );
}

import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { markAttributes } from '../../shared/clients/mark-reader.ts';
import { allow, ofItems, onlyAttributes } from './allow.ts';
import type { ServerTables } from './server-tables.ts';

/** Allows reading a client and the global policy, but not the change log or a list of clients. */
export function grantReadClients(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:GetItem'], ofItems('client#*', 'global'));
}

/** Allows reading which client has an id now, and nothing else of its record. */
export function grantReadClientMarks(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:GetItem'], onlyAttributes(markAttributes, ofItems('client#*')));
}

/** Allows listing, reading and changing clients and the global policy, and writing and reading the change log of both. */
export function grantManageClients(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:GetItem'], ofItems('client#*', 'global', 'changes'))
    .combine(allow(grantee, tables.clients, ['dynamodb:UpdateItem'], ofItems('client#*', 'global')))
    .combine(allow(grantee, tables.clients, ['dynamodb:PutItem', 'dynamodb:Query'], ofItems('directory', 'changes')));
}

/** Allows reading many clients in one call, and those by metadata document. */
export function grantListClients(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:BatchGetItem'], ofItems('client#*')).combine(
    allow(grantee, tables.clients, ['dynamodb:Query'], ofItems('documents')),
  );
}

/** Allows reading the counts of each day, and nothing else of the audit log. */
export function grantReadRollUps(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:Query'], ofItems('roll-up#*'));
}

/** Allows writing the counts of each day, and finding out which days are counted. */
export function grantWriteRollUps(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:BatchGetItem', 'dynamodb:PutItem'], ofItems('roll-up#*'));
}

/** Allows reading, adding and changing registered scope values. They share a partition with the APIs. */
export function grantManageScopes(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('apis')).combine(
    grantReadApis(tables, grantee),
  );
}

/** Allows noting what the documents of clients say, without a list of them. */
export function grantNoteDocuments(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:GetItem', 'dynamodb:PutItem'], ofItems('documents'));
}

/** Allows registering an API, and writing that into the change log. */
export function grantRegisterApis(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ofItems('apis')).combine(
    allow(grantee, tables.clients, ['dynamodb:PutItem'], ofItems('changes')),
  );
}

/**
 * Allows adding clients that register themselves, and reading, changing and removing those, with the tokens that let them and a count of
 * who does.
 */
export function grantRegisterClients(tables: ServerTables, grantee: IGrantable): Grant {
  const self = ofItems('client#dcr-*');
  const item = ['dynamodb:GetItem', 'dynamodb:UpdateItem'] as const;
  return allow(grantee, tables.clients, [...item, 'dynamodb:DeleteItem'], self)
    .combine(allow(grantee, tables.clients, item, ofItems('registration')))
    .combine(allow(grantee, tables.clients, ['dynamodb:PutItem'], ofItems('changes')))
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('throttle#client-registration#*')));
}

/** Allows keeping a client that registered itself, because it is used; nothing else of it can be written. */
export function grantRenewClients(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:UpdateItem'], {
    ...ofItems('client#dcr-*'),
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'purgeAt'] },
    StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE'] },
  });
}

/** Allows reading the registered APIs and scope values. */
export function grantReadApis(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.clients, ['dynamodb:Query'], ofItems('apis'));
}

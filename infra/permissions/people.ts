import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { claimsOfAccounts, keysOfAccounts, signedInPeople } from './account-attributes.ts';
import { allow, ofItems } from './allow.ts';
import { allowWrapping, totpSecrets } from './allow-wrapping.ts';
import { grantRevokeGrants } from './oauth-grants.ts';
import type { ServerTables } from './server-tables.ts';

/** Allows finding out whether an account has a subject, and nothing else about it. */
export function grantKnowSubjects(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem'], keysOfAccounts);
}

/** Allows reading the claims about a person, but not the password hash in the same item. */
export function grantReadClaims(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem'], claimsOfAccounts);
}

/** Allows reading a grant and its person's claims in one call. */
export function grantReadSubjects(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.grants, ['dynamodb:BatchGetItem']).combine(
    allow(grantee, tables.people, ['dynamodb:BatchGetItem'], claimsOfAccounts),
  );
}

/**
 * Allows reading a session, whether its person stands by it and what they allowed, recording that it is in use, and spending a
 * permission.
 */
export function grantUseSessions(tables: ServerTables, grantee: IGrantable): Grant {
  return allowFindingWhoIsSignedIn(tables, grantee)
    .combine(allow(grantee, tables.people, ['dynamodb:GetItem'], ofItems('consents#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('sessions#*', 'consents#*')));
}

/** Allows reading a session and whether its person stands by it, and adding to their consents. */
export function grantConsent(tables: ServerTables, grantee: IGrantable): Grant {
  return allowFindingWhoIsSignedIn(tables, grantee).combine(
    allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('consents#*')),
  );
}

/** Allows counting requests of devices, and user codes that people try. */
export function grantCountDeviceRequests(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('throttle#*'));
}

/** Allows counting the requests that public clients push. */
export function grantCountPushedRequests(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('throttle#pushed#*'));
}

/**
 * Allows finding an account by any of its names, putting links in it, keeping codes, counting mails, and recording addresses that they
 * came back from.
 */
export function grantWriteMails(tables: ServerTables, grantee: IGrantable): Grant {
  const read = ofItems('account#*', 'dead-address#*', 'mail-code#*', 'username#*');
  return allow(grantee, tables.people, ['dynamodb:GetItem'], read)
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('account#*', 'throttle#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:PutItem'], ofItems('dead-address#*', 'mail-code#*')));
}

/** Allows counting requests for mails, using codes, and making a verified address a name of its account. */
export function grantAnswerMails(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:GetItem'], ofItems('mail-code#*', 'username#*'))
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('mail-code#*', 'throttle#*', 'username#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:DeleteItem'], ofItems('username#*')));
}

/** Allows putting an account on the list of those to be removed. */
export function grantNoteRemovals(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:PutItem'], ofItems('removals'));
}

/** Allows reading the list of accounts to be removed, and deleting everything that is in their name. */
export function grantRemoveAccounts(tables: ServerTables, grantee: IGrantable): Grant {
  const read = ofItems('account#*', 'sessions#*', 'upstream#*');
  const find = ofItems('consents#*', 'links#*', 'passkeys#*', 'removals', 'sessions#*', 'totp#*');
  const end = ofItems(
    'account#*',
    'consents#*',
    'links#*',
    'passkeys#*',
    'removals',
    'sessions#*',
    'totp#*',
    'upstream#*',
    'username#*',
  );
  return allow(grantee, tables.people, ['dynamodb:GetItem'], read)
    .combine(allow(grantee, tables.people, ['dynamodb:Query'], find))
    .combine(allow(grantee, tables.people, ['dynamodb:DeleteItem'], end))
    .combine(grantRevokeGrants(tables, grantee));
}

/** Allows finding an account by its names, disabling it, putting a link in it, and seeing and ending its sessions, consents and grants. */
export function grantManagePeople(tables: ServerTables, grantee: IGrantable): Grant {
  const ended = ofItems('consents#*', 'sessions#*');
  return allow(grantee, tables.people, ['dynamodb:GetItem'], ofItems('account#*', 'sessions#*', 'username#*'))
    .combine(allow(grantee, tables.people, ['dynamodb:UpdateItem'], ofItems('account#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:Query'], ofItems('sessions#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:DeleteItem'], ended))
    .combine(grantRevokeGrants(tables, grantee));
}

/** Allows listing the sessions of people, and ending each. */
export function grantEndSessions(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(
    grantee,
    tables.people,
    ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query'],
    ofItems('sessions#*'),
  );
}

/** Allows reading and ending a session. */
export function grantSignOut(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:DeleteItem', 'dynamodb:GetItem'], ofItems('sessions#*'));
}

/**
 * Allows everything on the account pages: setting a password, ending sessions, consents, grants, passkeys and links, setting up
 * an authenticator app.
 */
export function grantManageOwnAccount(tables: ServerTables, grantee: IGrantable): Grant {
  const read = ofItems('account#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*');
  const end = ofItems('consents#*', 'links#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*');
  return allow(grantee, tables.people, ['dynamodb:GetItem'], read)
    .combine(
      allow(
        grantee,
        tables.people,
        ['dynamodb:UpdateItem'],
        ofItems('account#*', 'passkeys#*', 'sessions#*', 'throttle#*', 'totp#*'),
      ),
    )
    .combine(allow(grantee, tables.people, ['dynamodb:PutItem'], ofItems('totp#*')))
    .combine(allow(grantee, tables.people, ['dynamodb:DeleteItem'], end))
    .combine(
      allow(grantee, tables.people, ['dynamodb:Query'], ofItems('consents#*', 'links#*', 'passkeys#*', 'sessions#*')),
    )
    .combine(grantRevokeGrants(tables, grantee))
    .combine(allowWrapping(tables, grantee, 'kms:Encrypt', totpSecrets))
    .combine(allowWrapping(tables, grantee, 'kms:Decrypt', totpSecrets));
}

/** Allows reading sessions, consents, and of accounts only whether they stand by them; not the password hash. */
function allowFindingWhoIsSignedIn(tables: ServerTables, grantee: IGrantable): Grant {
  return allow(grantee, tables.people, ['dynamodb:BatchGetItem'], signedInPeople);
}

import type { Use } from './permissions/permissions.ts';
import type { EndpointFunctionName, OptionalFunctionName } from './routes.ts';

/** Every function that is always there: those behind the API, and the scheduled one. Named after the folders below functions/. */
export type PixyFunctionName = EndpointFunctionName | 'rotate-keys';

export type FunctionDescription = {
  description: string;
  /** What the function may do with the tables. Nothing else is allowed. */
  uses: readonly Use[];
  /** Megabytes. CPU grows with memory. Default: 512. */
  memorySize?: number;
  /** Seconds. Default: 10. */
  timeout?: number;
};

/** Not behind the API: `restAuthorizer` makes one for another API. */
export const checkTokenDescription = {
  description: 'Lambda authorizer: checks an access token, its grant and its client',
  uses: ['grantReadKeys', 'grantReadGrants', 'grantReadClientMarks'],
} as const satisfies FunctionDescription;

/** Not behind the API either: `protectedResource` makes one for another API, and a deployment calls it. */
export const registerApiDescription = {
  description: 'Registers an API as its stack declares it',
  uses: ['grantRegisterApis'],
} as const satisfies FunctionDescription;

/** Not behind the API: pages hand orders over to it, where mail is sent. */
export const mailDescription = {
  description: 'Sends mails, and remembers addresses that they came back from',
  uses: ['grantWriteMails'],
  // A hook may take five seconds for each of two addresses, and so may SES.
  timeout: 30,
} as const satisfies FunctionDescription;

/** Not behind the API either: runs every day, where people may delete their accounts. */
export const removeAccountsDescription = {
  description: 'Removes the accounts whose people deleted them some time ago',
  uses: ['grantRemoveAccounts'],
  timeout: 300,
} as const satisfies FunctionDescription;

/** Not behind the API either: counts the audit log every hour, where there is a console. */
export const rollUpDescription = {
  description: 'Counts the audit log by client and day, for the console',
  uses: ['grantWriteRollUps'],
  // Up to five days, each of which CloudWatch Logs reads in its own time.
  timeout: 300,
} as const satisfies FunctionDescription;

/** The functions that hand orders over to it. */
export const handsOverMails: readonly PixyFunctionName[] = [
  'sign-in',
  'invitation',
  'account',
  'passkey',
  'register',
  'upstream',
];

export const optionalFunctions: Record<OptionalFunctionName, FunctionDescription> = {
  'client-registration': {
    description: 'Registration endpoint: clients register themselves, where the deployment lets them',
    uses: ['grantReadApis', 'grantRegisterClients'],
  },
  console: {
    description: 'Console: operators see adoption and refusals, and change clients and the policy',
    uses: [
      'grantManageClients',
      'grantListClients',
      'grantReadApis',
      'grantReadSubjects',
      'grantManagePeople',
      // Clients learn of sessions that an operator ends through a signed logout token.
      'grantSign',
      'grantMakeNonces',
      'grantReadRollUps',
    ],
    // A month of many clients is read and added up before a page is there.
    memorySize: 1_024,
    // CloudWatch Logs takes a few seconds to search a day.
    timeout: 28,
  },
  par: {
    description: 'Pushed authorization requests: keeps one until the browser comes with its name',
    uses: [
      'grantReadClients',
      'grantReadApis',
      'grantUseAssertions',
      'grantCountGuesses',
      'grantCountPushedRequests',
      'grantIssue',
      'grantMakeNonces',
    ],
  },
};

export const functionDescriptions: Record<PixyFunctionName, FunctionDescription> = {
  authorize: {
    description: 'Authorization endpoint: checks the request and issues a code',
    uses: [
      'grantReadClients',
      'grantReadApis',
      'grantUseSessions',
      'grantReadClaims',
      'grantReadKeys',
      'grantIssue',
      'grantSealCodes',
    ],
  },
  'authorize-hybrid': {
    description: 'Authorization endpoint for answers with an ID token, which take the right to sign',
    uses: [
      'grantReadClients',
      'grantReadApis',
      'grantUseSessions',
      'grantReadClaims',
      'grantReadKeys',
      'grantIssue',
      'grantSealCodes',
      'grantSign',
    ],
  },
  'sign-in': {
    description: 'Sign-in pages: proves who is there and starts a session',
    uses: ['grantReadClients', 'grantSignIn', 'grantOfferPasskeys', 'grantAskForCode'],
    // argon2id takes 19 MiB and a good part of a CPU for every password.
    memorySize: 1_024,
  },
  'sign-out': {
    description: 'Sign-out pages: ends a session',
    uses: ['grantReadClients', 'grantSign', 'grantSignOut'],
  },
  passkey: {
    description: 'Passkeys: signs people in with them, and makes them',
    uses: ['grantUsePasskeys'],
  },
  account: {
    description: 'Account pages: people see and end what is in their name',
    uses: ['grantReadClients', 'grantReadApis', 'grantManageOwnAccount', 'grantSign'],
    // argon2id, as in sign-in.
    memorySize: 1_024,
  },
  consent: {
    description: 'Consent page: asks a person what a client may have',
    uses: ['grantReadClients', 'grantReadApis', 'grantConsent', 'grantReadClaims'],
  },
  'device-authorization': {
    description: 'Device authorization endpoint: gives a device the codes that it waits with',
    uses: [
      'grantReadClients',
      'grantReadApis',
      'grantUseAssertions',
      'grantCountGuesses',
      'grantCountDeviceRequests',
      'grantIssue',
    ],
  },
  device: {
    description: 'Page on which people enter the code of a device and decide what it may have',
    uses: ['grantReadClients', 'grantReadApis', 'grantReadClaims', 'grantDecideForDevices', 'grantCountDeviceRequests'],
  },
  invitation: {
    description: 'Invitation page: somebody sets a password or makes a passkey with a link that works once',
    // A reset ends sessions, which clients learn through a signed logout token.
    uses: ['grantReadClients', 'grantAcceptInvitations', 'grantSign'],
    memorySize: 1_024,
  },
  register: {
    description: 'Registration page: somebody makes an account, where the deployment lets them',
    uses: ['grantRegister'],
    memorySize: 1_024,
  },
  upstream: {
    description: 'Sign-in with upstream providers: sends people there and takes the answers',
    uses: ['grantSignInUpstream'],
    // A provider may take 5 seconds per response, and a sign-in needs up to four.
    timeout: 25,
  },
  token: {
    description: 'Token endpoint: redeems codes and refresh tokens',
    uses: [
      'grantReadClients',
      'grantUseAssertions',
      'grantCountGuesses',
      'grantReadApis',
      'grantRedeem',
      'grantLimitGrants',
      'grantReadClaims',
      'grantSign',
      'grantOpenRefreshTokens',
      'grantMakeNonces',
    ],
  },
  userinfo: {
    description: 'Userinfo endpoint: tells the bearer of an access token about the person',
    uses: ['grantReadClients', 'grantReadApis', 'grantReadKeys', 'grantMakeNonces', 'grantReadSubjects'],
  },
  revoke: {
    description: 'Revocation endpoint: ends a grant',
    uses: [
      'grantReadClients',
      'grantUseAssertions',
      'grantCountGuesses',
      'grantReadKeys',
      'grantRedeem',
      'grantOpenRefreshTokens',
    ],
  },
  introspect: {
    description: 'Introspection endpoint: tells an API whether a token is in force',
    uses: [
      'grantReadClients',
      'grantReadApis',
      'grantUseAssertions',
      'grantCountGuesses',
      'grantReadKeys',
      'grantReadGrants',
    ],
  },
  metadata: {
    description: 'Discovery documents, public keys and the pages that explain errors',
    uses: ['grantReadClients', 'grantReadApis', 'grantReadKeys'],
  },
  admin: {
    description: 'Management API: clients, scopes, the global PKCE policy, the change log and sessions',
    uses: [
      'grantManageClients',
      'grantManageScopes',
      'grantKnowSubjects',
      'grantEndSessions',
      // As in the console.
      'grantSign',
      'grantMakeNonces',
      'grantUseAssertions',
    ],
  },
  'rotate-keys': {
    description: 'Makes the next signing key and deletes those that nobody needs',
    uses: ['grantRotateKeys'],
    timeout: 30,
  },
};

/*
 * The events that an operator's functions receive; answers.ts has what they may answer. `version` is raised when the meaning of a
 * member changes.
 */

export const hookNames = ['authenticate', 'migrateAccount', 'claims', 'sendMessage'] as const;
export type HookName = (typeof hookNames)[number];

/** A person submitted a username and a password. */
export type PasswordEvent = { username: string; password: string; sourceIp: string };

/** Tokens or userinfo are about to be issued. */
export type ClaimsEvent = {
  sub: string;
  client_id: string;
  /** Scope values, separated by spaces. */
  scope: string;
  /** Where the claims go: into tokens from /token or /authorize, or to userinfo. */
  issue: 'tokens' | 'userinfo';
};

/** A message is to be sent to a person. */
export type MessageEvent = {
  /** What the message is about, such as `forgotten`. */
  kind: string;
  /** The person's mail address, if they have one that mail may go to. */
  to?: string | undefined;
  account: { sub: string; username?: string | undefined; claims: Readonly<Record<string, unknown>> };
  /** Of the text: `en`, `de`, … */
  language: string;
  subject: string;
  text: string;
  html: string;
  /** Where the message leads. Whoever knows it can do what the person can do with it. */
  link?: string | undefined;
  /** The code in it. */
  code?: string | undefined;
};

/** The event that a hook is called with. */
export type HookEvent =
  | ({ version: 1; hook: 'authenticate' } & PasswordEvent)
  | ({ version: 1; hook: 'migrateAccount' } & PasswordEvent)
  | ({ version: 1; hook: 'claims' } & ClaimsEvent)
  | ({ version: 1; hook: 'sendMessage' } & MessageEvent);

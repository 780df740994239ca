import * as v from 'valibot';
import {
  type AuthenticateAnswer,
  authenticateAnswer,
  type ClaimsAnswer,
  type ClaimsEvent,
  claimsAnswer,
  type HookEvent,
  type HookName,
  type MessageAnswer,
  type MessageEvent,
  type MigrateAccountAnswer,
  messageAnswer,
  migrateAccountAnswer,
  type PasswordEvent,
} from './events.ts';
import { HookFailed } from './hook-failed.ts';

/** The configured hooks. */
export type Hooks = {
  authenticate?: (event: PasswordEvent) => Promise<AuthenticateAnswer>;
  migrateAccount?: (event: PasswordEvent) => Promise<MigrateAccountAnswer>;
  claims?: (event: ClaimsEvent) => Promise<ClaimsAnswer>;
  sendMessage?: (event: MessageEvent) => Promise<MessageAnswer>;
};

/** Delivers the event and returns the answer. */
export type HookCall = (event: HookEvent, signal: AbortSignal) => Promise<unknown>;

/** Limits the time (in seconds) of every call and checks every answer. The hooks throw `HookFailed`. */
export function hooksOf(calls: Partial<Record<HookName, HookCall>>, timeLimit: number): Hooks {
  const { authenticate, migrateAccount, claims, sendMessage } = calls;
  return {
    ...(authenticate && {
      authenticate: (event) =>
        ask(authenticate, { version: 1, hook: 'authenticate', ...event }, authenticateAnswer, timeLimit),
    }),
    ...(migrateAccount && {
      migrateAccount: (event) =>
        ask(migrateAccount, { version: 1, hook: 'migrateAccount', ...event }, migrateAccountAnswer, timeLimit),
    }),
    ...(claims && {
      claims: (event) => ask(claims, { version: 1, hook: 'claims', ...event }, claimsAnswer, timeLimit),
    }),
    ...(sendMessage && {
      sendMessage: (event) => ask(sendMessage, { version: 1, hook: 'sendMessage', ...event }, messageAnswer, timeLimit),
    }),
  };
}

async function ask<Schema extends v.GenericSchema>(
  call: HookCall,
  event: HookEvent,
  form: Schema,
  timeLimit: number,
): Promise<v.InferOutput<Schema>> {
  const clock = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      clock.abort();
      reject(new HookFailed(event.hook, 'time'));
    }, timeLimit * 1_000);
  });
  const answer = await Promise.race([
    call(event, clock.signal).catch((error: unknown) => {
      throw new HookFailed(event.hook, 'error', error);
    }),
    late,
  ]).finally(() => clearTimeout(timer));
  const parsed = v.safeParse(form, answer);
  if (!parsed.success || Array.isArray(answer)) throw new HookFailed(event.hook, 'answer');
  return parsed.output;
}

import { once } from '../cached.ts';
import type { HookAnswers } from './answers.ts';
import type { ClaimsEvent, HookEvent, HookName, MessageEvent, PasswordEvent } from './events.ts';
import { HookFailed } from './hook-failed.ts';

/** The configured hooks. */
export type Hooks = {
  authenticate?: (event: PasswordEvent) => Promise<HookAnswers['authenticate']>;
  migrateAccount?: (event: PasswordEvent) => Promise<HookAnswers['migrateAccount']>;
  claims?: (event: ClaimsEvent) => Promise<HookAnswers['claims']>;
  sendMessage?: (event: MessageEvent) => Promise<HookAnswers['sendMessage']>;
};

/** Delivers the event and returns the answer. */
export type HookCall = (event: HookEvent, signal: AbortSignal) => Promise<unknown>;

/** Limits the time (in seconds) of every call and checks every answer. The hooks throw `HookFailed`. */
export function hooksOf(calls: Partial<Record<HookName, HookCall>>, timeLimit: number): Hooks {
  const { authenticate, migrateAccount, claims, sendMessage } = calls;
  return {
    ...(authenticate && {
      authenticate: (event) => ask(authenticate, { version: 1, hook: 'authenticate', ...event }, timeLimit),
    }),
    ...(migrateAccount && {
      migrateAccount: (event) => ask(migrateAccount, { version: 1, hook: 'migrateAccount', ...event }, timeLimit),
    }),
    ...(claims && {
      claims: (event) => ask(claims, { version: 1, hook: 'claims', ...event }, timeLimit),
    }),
    ...(sendMessage && {
      sendMessage: (event) => ask(sendMessage, { version: 1, hook: 'sendMessage', ...event }, timeLimit),
    }),
  };
}

const loadAnswers = once(() => import('./answers.ts'));

async function ask<Name extends HookName>(
  call: HookCall,
  event: HookEvent & { hook: Name },
  timeLimit: number,
): Promise<HookAnswers[Name]> {
  const { readHookAnswer } = await loadAnswers();
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
  const read = readHookAnswer(event.hook, answer);
  if (read === undefined) throw new HookFailed(event.hook, 'answer');
  return read;
}

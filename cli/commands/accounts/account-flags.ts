import type { Command } from 'commander';
import { wrongUsage } from '../../failure.ts';
import { collect } from '../../options.ts';

export type AccountFlags = { email?: string; claim?: string[] };

export const accountFlags = (command: Command): Command =>
  command
    .option('--email <address>', 'an email address, to sign in with and as the claim email')
    .option('--claim <name=value>', 'a claim; the value is text, true, false or a JSON object (repeatable)', collect);

/**
 * Parses claims: `name=Ada Lovelace`, `email_verified=true`, `address={"country":"GB"}`. Nothing after the = removes the claim
 * (null).
 */
export function claimsOf(flags: readonly string[] = []): Record<string, unknown> {
  return Object.fromEntries(
    flags.map((flag) => {
      const [, name, value = ''] = /^([^=\s]{1,100})=(.*)$/s.exec(flag) ?? [];
      if (name === undefined) throw wrongUsage(`--claim ${flag.slice(0, 60)} is not of the form name=value.`);
      return [name, claimValue(name, value)];
    }),
  );
}

function claimValue(name: string, value: string): unknown {
  if (value === '') return null;
  if (value === 'true' || value === 'false') return value === 'true';
  if (name === 'updated_at' && /^\d{1,12}$/.test(value)) return Number(value);
  if (!value.startsWith('{') && !value.startsWith('[')) return value;
  try {
    return JSON.parse(value);
  } catch {
    throw wrongUsage(`--claim ${name} looks like JSON but is not valid JSON.`);
  }
}

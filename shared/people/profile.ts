import * as v from 'valibot';
import { ok, type Result, refuse } from '../result.ts';
import { hasStackedMarks } from '../unseen.ts';
import type { Account } from './account.ts';
import type { ProfileClaim } from './profile-fields.ts';

const visible = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(200),
  v.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u),
  v.check((text) => !hasStackedMarks(text)),
);
const isUrl = (text: string): boolean => /^https?:/.test(text) && URL.canParse(text);
const isDate = (text: string): boolean => /^\d{4}(-\d{2}-\d{2})?$/.test(text) && !Number.isNaN(Date.parse(text));

function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).format(0) !== '';
  } catch {
    return false;
  }
}

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

const forms: Partial<Record<ProfileClaim, (text: string) => boolean>> = {
  locale: isLocale,
  zoneinfo: isZone,
  birthdate: isDate,
  website: isUrl,
};

/**
 * The claims of an account after somebody filled in these fields. What was left empty is no claim. Refuses the first field that is not
 * as OpenID Connect Core §5.1 has it.
 */
export function changeProfile(
  claims: Account['claims'],
  typed: Readonly<Partial<Record<ProfileClaim, string>>>,
): Result<Account['claims'], { field: ProfileClaim }> {
  const changed: Record<string, unknown> = { ...claims };
  for (const [name, text] of Object.entries(typed) as [ProfileClaim, string][]) {
    const read = v.safeParse(visible, text);
    if (!read.success) return refuse({ field: name });
    if (read.output === '') delete changed[name];
    else if (forms[name]?.(read.output) === false) return refuse({ field: name });
    else changed[name] = read.output;
  }
  return ok(changed);
}

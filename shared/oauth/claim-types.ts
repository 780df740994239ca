import type { Mistake } from '../mistake.ts';
import { ok, type Result, refuse } from '../result.ts';

/*
 * The types of the standard claims (OpenID Connect Core §5.1, §5.1.1). Clients parse them strictly, and some crash or let the wrong
 * person in over `"true"`. So a claim is read as what it means at every door, and refused when that is not clear.
 */

type Reader = (value: unknown) => Result<unknown, string>;

const text: Reader = (value) => (typeof value === 'string' ? ok(value) : refuse('is not a text'));

/** §5.1 allows the year alone, which other systems also keep as a number. */
const birthdate: Reader = (value) => {
  const isYear = Number.isInteger(value) && (value as number) >= 1_000 && (value as number) <= 9_999;
  return isYear ? ok(String(value)) : text(value);
};

const truths: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true], ['true', true], ['yes', true], ['y', true], ['t', true], ['1', true], [1, true],
  [false, false], ['false', false], ['no', false], ['n', false], ['f', false], ['0', false], [0, false],
]); // biome-ignore format: a table

const flag: Reader = (value) => {
  const truth = truths.get(typeof value === 'string' ? value.trim().toLowerCase() : value);
  return truth === undefined ? refuse('is not true or false') : ok(truth);
};

/** In seconds, 100,000,000,000 is the year 5138: what is above is in milliseconds. */
const firstMilliseconds = 1e11;

const time: Reader = (value) => {
  const trimmed = typeof value === 'string' ? value.trim() : value;
  const isDate = typeof trimmed === 'string' && /^\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/.test(trimmed);
  const isNumber = typeof trimmed === 'number' || (typeof trimmed === 'string' && /^\d{1,16}(?:\.\d+)?$/.test(trimmed));
  const read = isDate ? Date.parse(zoned(trimmed as string)) / 1_000 : isNumber ? Number(trimmed) : Number.NaN;
  if (!Number.isFinite(read) || read < 0) return refuse('is not a time in seconds since 1970');
  return ok(read >= firstMilliseconds ? read / 1_000 : read);
};

/** A time without a zone is taken for UTC, as exports write it. */
const zoned = (date: string): string =>
  /[Z]$|[+-]\d\d:?\d\d$/.test(date.slice(10)) || date.length === 10 ? date : `${date.replace(' ', 'T')}Z`;

const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'];

/** Reads an address in one text as `formatted`. Members of our own may have any type. */
const address: Reader = (value) => {
  if (typeof value === 'string') return value.trim().startsWith('{') ? addressInJson(value) : ok({ formatted: value });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('is not an object');
  const present = Object.entries(value).filter(([, part]) => !isAbsent(part));
  const wrong = present.find(([name, part]) => addressMembers.includes(name) && typeof part !== 'string');
  if (wrong) return refuse(`has a ${wrong[0]} that is not a text`);
  return ok(Object.fromEntries(present));
};

function addressInJson(value: string): Result<unknown, string> {
  try {
    return address(JSON.parse(value));
  } catch {
    return refuse('is not an object');
  }
}

const readers: Readonly<Record<string, Reader>> = {
  name: text, given_name: text, family_name: text, middle_name: text, nickname: text, preferred_username: text,
  profile: text, picture: text, website: text, gender: text, zoneinfo: text, locale: text, birthdate,
  email: text, email_verified: flag, phone_number: text, phone_number_verified: flag, updated_at: time, address,
}; // biome-ignore format: a table

/** An empty claim says nothing (§5.3.2: it is left out, and not null or empty). */
const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

/** Levels of lists and objects in a claim; DynamoDB stores 32, those around the claims included. */
const deepest = 20;

/**
 * Why a value can be neither stored nor handed on as it is. JSON has larger numbers than DynamoDB stores, and than a client reads without
 * rounding them (RFC 7493 §2.2).
 */
function* faultsIn(value: unknown, levels = deepest): Generator<string> {
  if (typeof value === 'number' && !isExact(value)) yield 'has a number that is not exact: make it a text';
  if (typeof value === 'string' && !value.isWellFormed()) yield 'has a character that is none in Unicode';
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) yield `has more than ${deepest} levels`;
  else {
    for (const [name, part] of Object.entries(value)) {
      if (name === '' || !name.isWellFormed()) yield 'has a member that has no name';
      yield* faultsIn(part, levels - 1);
    }
  }
}

/** The least that is stored is 1e-130. */
const isExact = (number: number): boolean =>
  number === 0 || (Math.abs(number) <= Number.MAX_SAFE_INTEGER && Math.abs(number) >= 1e-130);

/** Reads one claim, whose name may have a language tag (§5.2). Claims that are not standard ones are as they are. */
function readClaim(name: string, value: unknown): Result<unknown, string> {
  const plain = name.split('#')[0] ?? name;
  const reader = Object.hasOwn(readers, plain) ? readers[plain] : undefined;
  const read = reader ? reader(value) : ok(value);
  const [fault] = read.ok ? faultsIn(read.value) : [];
  return fault === undefined ? read : refuse(fault);
}

/** Claims in the types of OpenID Connect, and what could not be read as them: members with problems that quote no value. */
export type ReadClaims = { claims: Record<string, unknown>; mistakes: Mistake[] };

/**
 * Reads claims as what they mean: `"true"` and 1 are true, `updated_at` may be a date, an address may be one text; empty ones are
 * absent. Leaves out the rest, and what cannot be stored, and says why. Every claim that comes from elsewhere goes through here.
 */
export function readClaims(given: Readonly<Record<string, unknown>>): ReadClaims {
  const read = Object.entries(given)
    .filter(([, value]) => !isAbsent(value))
    .map(([name, value]) => ({ name, claim: readClaim(name, value) }));
  return {
    claims: Object.fromEntries(read.flatMap(({ name, claim }) => (claim.ok ? [[name, claim.value]] : []))),
    mistakes: read.flatMap(({ name, claim }) => (claim.ok ? [] : [{ member: name, problem: claim.refusal }])),
  };
}

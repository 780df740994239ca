import { namesSomebody } from '../oauth/subject.ts';
import type { Assertion } from './assertion.ts';
import type { Trust } from './trust.ts';

/** One rule, whether the assertion keeps it, and what was found: for people who want to know why. */
export type JudgedRule = { rule: string; isKept: boolean; found: string };

/** What an assertion is judged by besides itself. Times are in epoch seconds. */
export type Judging = {
  /** The issuer of this server, which comes first, and its token endpoint. */
  audiences: readonly [issuer: string, ...endpoints: string[]];
  clientId: string;
  /** Whether the request proves the key with this thumbprint (RFC 7638), as far as is known. */
  isProved: (jkt: string) => boolean;
  now: number;
};

/** Seconds. A person's assertion is made for one request; platforms renew those of their workloads once a day at the latest. */
const limits = { skew: 30, lifetime: { identity: 3_600, workload: 86_400 } };

/**
 * Judges what an assertion says, after its signature, by every rule of a trust of its issuer (RFC 7523 §3). It is taken when each is
 * kept. Pure.
 */
export const judgeAssertion = (assertion: Assertion, trust: Trust, judging: Judging): JudgedRule[] => [
  ...judgeTimes(assertion, judging.now),
  ...(assertion.kind === 'identity'
    ? identityRules(assertion, trust, judging)
    : workloadRules(assertion, trust, judging)),
  ...Object.entries(trust.claims).map(([name, values]) => judgeClaim(assertion, name, values)),
  keyRule(assertion.claims['cnf'], judging),
];

/** RFC 7800 §3: whoever brings the assertion proves the key that it names, here by DPoP. Of other kinds of keys, nothing can be proved. */
const keyRule = (cnf: unknown, { isProved }: Judging): JudgedRule => ({
  rule: 'cnf is absent, or it is jkt alone, the key of the DPoP proof',
  isKept: cnf === undefined || isProvedKey(cnf, isProved),
  found: shown(cnf),
});

function isProvedKey(cnf: unknown, isProved: Judging['isProved']): boolean {
  if (typeof cnf !== 'object' || cnf === null) return false;
  const [[name, jkt] = [], ...others] = Object.entries(cnf);
  return name === 'jkt' && others.length === 0 && typeof jkt === 'string' && isProved(jkt);
}

function judgeTimes({ kind, claims: { exp, iat, nbf } }: Assertion, now: number): JudgedRule[] {
  const lifetime = limits.lifetime[kind];
  const isBegun = (time: unknown) => time === undefined || (isTime(time) && time <= now + limits.skew);
  return [
    {
      rule: 'exp is to come',
      isKept: isTime(exp) && exp > now - limits.skew,
      found: isTime(exp) ? `${exp - now} s from now` : shown(exp),
    },
    {
      rule: `exp is at most ${lifetime} s ahead`,
      isKept: isTime(exp) && exp <= now + lifetime + limits.skew,
      found: isTime(exp) ? `${exp - now} s from now` : shown(exp),
    },
    { rule: 'iat and nbf are over', isKept: isBegun(iat) && isBegun(nbf), found: `${shown(iat)}, ${shown(nbf)}` },
  ];
}

/** As the draft on identity assertions has it: for this server alone, for this client, about somebody, once. */
const identityRules = (
  { claims }: Assertion,
  trust: Trust,
  { audiences: [issuer], clientId }: Judging,
): JudgedRule[] => [
  audienceRule(claims.aud, [issuer]),
  { rule: `client_id is ${clientId}`, isKept: claims['client_id'] === clientId, found: shown(claims['client_id']) },
  { rule: 'sub names somebody', isKept: namesSomebody(claims.sub), found: shown(claims.sub) },
  {
    // Of an issuer with several, each may call somebody else by the same sub, and accounts are linked to issuer and subject.
    rule: 'tenant is absent, or a --claim of the trust says which',
    isKept: claims['tenant'] === undefined || Object.hasOwn(trust.claims, 'tenant'),
    found: shown(claims['tenant']),
  },
  { rule: 'iat is there', isKept: isTime(claims.iat), found: shown(claims.iat) },
  jtiRule(claims.jti),
];

const workloadRules = ({ claims }: Assertion, { reusable }: Trust, { audiences }: Judging): JudgedRule[] => [
  audienceRule(claims.aud, audiences),
  ...(reusable ? [] : [jtiRule(claims.jti)]),
];

/** Another audience could pass the assertion on, so none may stand beside ours. */
function audienceRule(aud: unknown, audiences: readonly string[]): JudgedRule {
  const named: unknown[] = [aud].flat();
  return {
    rule: `aud is only ${audiences.join(' or ')}`,
    isKept: named.length === 1 && audiences.some((audience) => audience === named[0]),
    found: shown(aud),
  };
}

const jtiRule = (jti: unknown): JudgedRule => ({
  rule: 'jti is there, for it works once',
  isKept: isName(jti),
  found: shown(jti),
});

function judgeClaim({ claims }: Assertion, name: string, values: readonly string[]): JudgedRule {
  const value = valueAt(claims, name);
  return {
    rule: `${name} is ${values.join(' or ')}`,
    isKept: typeof value === 'string' && values.some((wanted) => matches(value, wanted)),
    found: shown(value),
  };
}

/** `repo:acme/*` means everything that begins with `repo:acme/` and goes on. */
const matches = (value: string, wanted: string): boolean =>
  wanted.endsWith('*') ? value.startsWith(wanted.slice(0, -1)) && value.length >= wanted.length : value === wanted;

/** A claim by its name, or by a JSON pointer (RFC 6901) where it lies deeper, as those of Kubernetes do. */
function valueAt(claims: object, name: string): unknown {
  const path = name.startsWith('/') ? name.slice(1).split('/').map(unescapePointer) : [name];
  let value: unknown = claims;
  for (const step of path) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as never)[step] : undefined;
  }
  return value;
}

const unescapePointer = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '' && value.length <= 255;

const shown = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));

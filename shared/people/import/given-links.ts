import type { Mistake } from '../../mistake.ts';
import { namesSomebody } from '../../oauth/subject.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { isObject, type Json, type ProviderMap } from './account-entry.ts';

/** An identity at an upstream provider that leads to an account. `provider`: its id here, or what stands for it. */
export type GivenLink = { issuer: string; subject: string; provider: string; label?: string | undefined };

/** A link of another server's account, by its name for the provider. */
type ForeignLink = { names: readonly string[]; subject: unknown; label?: unknown };

export const keycloakLinks = (identities: readonly Json[]): ForeignLink[] =>
  identities.map(({ identityProvider, userId, userName }) => ({
    names: [String(identityProvider)],
    subject: userId,
    label: userName,
  }));

/** A connection is one provider; several connections may have the same kind. Auth0's own users are no links. */
export const auth0Links = (identities: readonly Json[]): ForeignLink[] =>
  identities
    .filter(({ provider }) => provider !== 'auth0')
    .map(({ connection, provider, user_id: subject }) => ({
      names: [connection, provider].flatMap((name) => (typeof name === 'string' ? [name] : [])),
      // One that JSON readers have rounded is somebody else's.
      subject: Number.isSafeInteger(subject) ? String(subject) : subject,
    }));

/** A person of a provider is named by what the provider's ID tokens call them, or by the name of a SAML assertion. */
export const cognitoLinks = (identities: readonly Json[]): ForeignLink[] =>
  identities.map(({ providerName, userId: subject }) => ({ names: [String(providerName)], subject }));

/** A way to sign in with a password or a phone is no link. Some providers have an id of the person that is not in their ID tokens. */
export const firebaseLinks = (identities: readonly Json[]): ForeignLink[] =>
  identities
    .filter(({ providerId }) => !['password', 'phone', 'emailLink', 'anonymous'].includes(String(providerId)))
    .map(({ providerId, rawId, email }) => ({ names: [String(providerId)], subject: rawId, label: email }));

export const kratosLinks = (identities: readonly Json[]): ForeignLink[] =>
  identities.map(({ provider, subject }) => ({ names: [String(provider)], subject }));

/** Turns the links of another server into ours. What has no issuer is a mistake, which names the provider. */
export function translateLinks(
  links: readonly ForeignLink[],
  member: string,
  providers: ProviderMap = {},
): { links: readonly Json[] | undefined; mistakes: readonly Mistake[] } {
  const found = links.map((link) => ({ ...link, known: link.names.find((name) => Object.hasOwn(providers, name)) }));
  const unknown = found.filter(({ known }) => known === undefined).map(({ names }) => (names[0] ?? '').slice(0, 60));
  const mistakes = [...new Set(unknown)].map((name) => ({
    member,
    problem: `has a link to ${JSON.stringify(name).slice(1, -1)}, whose issuer is not known: name it with --provider ${JSON.stringify(name).slice(1, -1)}=https://…, or leave it behind with --skip-members ${member}`,
  }));
  const known = found.flatMap(({ known: name, subject, label }) => {
    const provider = name === undefined ? undefined : providers[name];
    return provider ? [{ issuer: provider.issuer, provider: provider.id, subject, label }] : [];
  });
  return { links: known.length > 0 ? known : undefined, mistakes };
}

/** Why a text is no issuer (OpenID Connect Core §2), as the end of a sentence. Undefined: it is one. */
export function issuerMistake(issuer: string): string | undefined {
  const isSafe = /^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::|\/|$))/.test(issuer);
  const isOne = isSafe && URL.canParse(issuer) && !/[?#\s|]/.test(issuer) && new URL(issuer).username === '';
  return isOne ? undefined : 'is not an issuer like https://accounts.example.com';
}

/** Reads `links`: pairs like `https://accounts.example.com|1234`, in a list or separated by spaces. Refuses with every mistake. */
export function readLinks(given: unknown, providers: ProviderMap = {}): Result<GivenLink[], readonly Mistake[]> {
  if (given === undefined || given === null || given === '') return ok([]);
  const listed = typeof given === 'string' ? given.split(/\s+/).filter((pair) => pair !== '') : given;
  if (!Array.isArray(listed)) return refuse([{ member: 'links', problem: 'is not a list' }]);
  const read = listed.map((pair) => readLink(pair, providers));
  const mistakes = read.flatMap((link, at) => (link.ok ? [] : [{ member: `links.${at}`, problem: link.refusal }]));
  return mistakes.length > 0 ? refuse(mistakes) : ok(read.flatMap((link) => (link.ok ? [link.value] : [])));
}

function readLink(pair: unknown, providers: ProviderMap): Result<GivenLink, string> {
  const { issuer, subject, provider, label } = typeof pair === 'string' ? split(pair) : isObject(pair) ? pair : {};
  if (typeof issuer !== 'string') return refuse('is not a pair like https://accounts.example.com|1234');
  const problem = issuerMistake(issuer);
  if (problem !== undefined) return refuse(problem);
  if (!namesSomebody(subject)) return refuse('has no subject of 1 to 255 characters');
  const mapped = Object.values(providers).find((known) => known.issuer === issuer)?.id;
  const named = typeof provider === 'string' ? provider : (mapped ?? new URL(issuer).host);
  return ok({ issuer, subject, provider: named, ...(typeof label === 'string' && { label: label.slice(0, 200) }) });
}

/** An issuer has no such sign in it. */
function split(pair: string): Json {
  const at = pair.indexOf('|');
  return at < 0 ? {} : { issuer: pair.slice(0, at), subject: pair.slice(at + 1) };
}

/*
 * How a person authenticated: `amr` lists the methods (RFC 8176), `acr` is the class that follows from them (OpenID Connect Core
 * §2). A stronger class satisfies a request for a weaker one.
 */

/** The methods in use: password, one-time code, passkey on one device or synced, user presence, several factors. */
export type AuthenticationMethod = 'pwd' | 'otp' | 'hwk' | 'swk' | 'user' | 'mfa';

/** From weak to strong: one factor, two factors, phishing-resistant. */
export const acrValues = ['1fa', '2fa', 'phr'] as const;
export type Acr = (typeof acrValues)[number];

/** Returns the class of a sign-in. Methods of a federated sign-in can be anything or unknown, which counts as one factor. */
export function acrOf(amr: readonly string[]): Acr {
  if (amr.includes('hwk') || amr.includes('swk')) return 'phr';
  return amr.includes('mfa') ? '2fa' : '1fa';
}

/** Filters the wanted classes to known ones, in order of preference. */
export const knownAcr = (wanted: readonly string[]): Acr[] =>
  wanted.flatMap((value) => acrValues.filter((known) => known === value));

/**
 * Returns the `acr` to report: the first wanted class that the sign-in reaches, or undefined when it reaches none. When no class
 * is wanted, returns the class of the sign-in.
 */
export function reachedAcr(amr: readonly string[], wanted: readonly string[]): Acr | undefined {
  const reached = acrOf(amr);
  if (wanted.length === 0) return reached;
  return knownAcr(wanted).find((value) => acrValues.indexOf(value) <= acrValues.indexOf(reached));
}

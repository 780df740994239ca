/*
 * How somebody proved who they are: `amr` lists the methods (RFC 8176), `acr` is the class that follows from them
 * (OpenID Connect Core §2). A stronger class satisfies whoever asks for a weaker one.
 */

/** Methods we use: password, one-time code, passkey on one device or synced, presence of the person, several factors. */
export type AuthenticationMethod = 'pwd' | 'otp' | 'hwk' | 'swk' | 'user' | 'mfa';

/** From weak to strong: one factor, two factors, phishing-resistant. */
export const acrValues = ['1fa', '2fa', 'phr'] as const;
export type Acr = (typeof acrValues)[number];

/** Methods of a federated sign-in may be anything, or unknown: that is one factor. */
export function acrOf(amr: readonly string[]): Acr {
  if (amr.includes('hwk') || amr.includes('swk')) return 'phr';
  return amr.includes('mfa') ? '2fa' : '1fa';
}

/** The wanted classes that we know, in order of preference. */
export const knownAcr = (wanted: readonly string[]): Acr[] =>
  wanted.flatMap((value) => acrValues.filter((known) => known === value));

/**
 * What `acr` to report: the first of the wanted classes that the sign-in reaches, or undefined when it reaches none.
 * Nothing wanted, or nothing that we know: the class it is.
 */
export function reachedAcr(amr: readonly string[], wanted: readonly string[]): Acr | undefined {
  const reached = acrOf(amr);
  if (wanted.length === 0) return reached;
  return knownAcr(wanted).find((value) => acrValues.indexOf(value) <= acrValues.indexOf(reached));
}

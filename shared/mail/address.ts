import { domainToASCII } from 'node:url';
import type { Account } from '../people/account.ts';

const printable = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;
const plain = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const named = /^([^<>"@,;:\\]+) <([^<>\s]+)>$/;

/** What is wrong with the address that mails come from, as the end of a sentence: an address, or `Name <address>`. Undefined: nothing. */
export function fromProblem(from: string): string | undefined {
  if (!printable.test(from)) return 'has a line break, or another character that cannot be seen';
  const address = named.exec(from)?.[2] ?? from;
  return plain.test(address)
    ? undefined
    : 'is not an address such as no-reply@example.com or Example <no-reply@example.com>';
}

/** The bare address in `Name <address>`. */
export const bareAddress = (from: string): string => named.exec(from)?.[2] ?? from;

/** The form of a header, in ASCII (RFC 2047 §2). The name of a sender may be in any language. */
export function headerForm(from: string): string {
  const [, name, address] = named.exec(from) ?? [];
  if (name === undefined || /^[\x20-\x7e]*$/.test(name)) return from;
  const words = inPieces(name).map((piece) => `=?UTF-8?B?${Buffer.from(piece).toString('base64')}?=`);
  return `${words.join(' ')} <${address}>`;
}

/** An encoded word has at most 75 characters: 45 bytes before they are encoded. No character is torn apart. */
function inPieces(text: string): string[] {
  const pieces = [''];
  for (const character of text) {
    const longer = `${pieces.at(-1)}${character}`;
    if (Buffer.byteLength(longer) > 45) pieces.push(character);
    else pieces[pieces.length - 1] = longer;
  }
  return pieces;
}

/**
 * The form of an address that SES takes: an internationalized domain in ASCII (RFC 5891). Undefined for an address that cannot be
 * written to: SES knows no local part beyond ASCII.
 */
export function sendableForm(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const sendable = `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1))}`;
  return plain.test(sendable) ? sendable : undefined;
}

/**
 * Where the mail of an account goes: the address that it signs in with, or one that was verified. Not one that somebody only said
 * they have: a link there would be somebody else's way into the account.
 */
export function addressOf({ email, claims }: Pick<Account, 'email' | 'claims'>): string | undefined {
  if (email !== undefined) return email;
  const { email: claimed, email_verified: isVerified } = claims;
  return isVerified === true && typeof claimed === 'string' ? claimed : undefined;
}

/** The language of somebody's mail, where no page says it: the claim `locale`, such as `de-AT`, or English. */
export const languageOf = (account: Pick<Account, 'claims'>): string => spokenBy(account) ?? 'en';

/** The language that somebody speaks, by the claim `locale`. Undefined where nobody has said so. */
export function spokenBy({ claims }: Pick<Account, 'claims'>): string | undefined {
  const { locale } = claims;
  return typeof locale === 'string' ? locale.toLowerCase().split(/[-_]/)[0] : undefined;
}

/** An answer of a provider that the library accepts but we do not. The message names the member, or says in two words what is wrong. */
export class UnusableAnswer extends Error {
  override name = 'UnusableAnswer';
}

declare module 'fxa-common-password-list' {
  /** Whether this is one of the 50,000 most common passwords with eight characters or more, exactly as written. */
  export function test(password: string): boolean;
}

/**
 * Does while a function starts what its first call would wait for: opens the connection, reads what is remembered, decrypts keys.
 * What fails here is tried again by the call that needs it.
 */
export async function prepare(...work: readonly (() => unknown)[]): Promise<void> {
  await Promise.allSettled(work.map(async (one) => one()));
}

/**
 * Does while a function starts what its first call would wait for: opens the connections, reads what is remembered, decrypts keys. Each
 * list is done in turn, the lists beside each other: there are as many connections as lists, and another one would take longer to open
 * than a call takes on one that is open. What fails here is tried again by the call that needs it.
 */
export async function prepare(...lists: readonly (readonly (() => unknown)[])[]): Promise<void> {
  await Promise.all(
    lists.map(async (list) => {
      for (const one of list) await Promise.allSettled([(async () => one())()]);
    }),
  );
}

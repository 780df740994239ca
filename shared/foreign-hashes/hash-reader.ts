/** A readable hash: a way to verify a password against it, or a sentence that says why it is not accepted. */
export type ReadHash = { verify: (password: string) => Promise<boolean> } | { problem: string };

/** Reads a hash. Returns undefined for another scheme. */
export type HashReader = (hash: string) => ReadHash | undefined;

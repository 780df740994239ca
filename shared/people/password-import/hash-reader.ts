/** A hash that was understood: a way to verify a password against it, or a sentence about why it is not taken. */
export type ReadHash = { verify: (password: string) => Promise<boolean> } | { problem: string };

/** Answers undefined for a hash of another scheme. */
export type HashReader = (hash: string) => ReadHash | undefined;

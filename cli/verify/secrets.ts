/** Remembers secrets to keep them out of sentences made from what a server said. */
export type Secrets = {
  keep(...values: (string | undefined)[]): void;
  redact(text: string): string;
};

/** Shorter values appear in sentences by chance. */
const shortest = 4;

export function newSecrets(): Secrets {
  const kept = new Set<string>();
  return {
    keep(...values) {
      for (const value of values) {
        if (value === undefined || value.length < shortest) continue;
        kept.add(value).add(encodeURIComponent(value));
      }
    },
    redact: (text) =>
      // Longest first, since a secret may be part of another.
      [...kept]
        .sort((one, other) => other.length - one.length)
        .reduce((redacted, secret) => redacted.replaceAll(secret, '[redacted]'), text),
  };
}

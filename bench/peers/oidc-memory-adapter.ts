/*
 * A memory adapter for oidc-provider that does not grow. Of its own, every sign-in takes longer than the one before: it keeps the
 * list of everything that was ever issued under a grant, and goes through the whole list at each write.
 */

type Payload = { uid?: string; grantId?: string; consumed?: number };
type Kept = { payload: Payload; until: number };

/** What was used least recently is dropped beyond these. */
const most = 5_000;

export function memoryAdapter() {
  const kept = new Map<string, Kept>();
  const sessions = new Map<string, string>();

  return class {
    readonly model: string;
    constructor(model: string) {
      this.model = model;
    }

    #key(id: string): string {
      return `${this.model}-${id}`;
    }

    async upsert(id: string, payload: Payload, expiresIn: number): Promise<void> {
      const key = this.#key(id);
      kept.delete(key);
      kept.set(key, { payload, until: expiresIn ? Date.now() + expiresIn * 1_000 : Number.POSITIVE_INFINITY });
      if (this.model === 'Session' && payload.uid !== undefined) sessions.set(payload.uid, id);
      const oldest = kept.size > most ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
    }

    async find(id: string): Promise<Payload | undefined> {
      const key = this.#key(id);
      const found = kept.get(key);
      if (found === undefined || found.until < Date.now()) return undefined;
      kept.delete(key);
      kept.set(key, found);
      return found.payload;
    }

    async findByUid(uid: string): Promise<Payload | undefined> {
      const id = sessions.get(uid);
      return id === undefined ? undefined : this.find(id);
    }

    async consume(id: string): Promise<void> {
      const found = kept.get(this.#key(id));
      if (found) found.payload.consumed = Math.floor(Date.now() / 1_000);
    }

    async destroy(id: string): Promise<void> {
      kept.delete(this.#key(id));
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { payload }] of kept) if (payload.grantId === grantId) kept.delete(key);
    }
  };
}

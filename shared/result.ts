/** The outcome of a check: a value, or the refusal that explains why there is none. Exceptions mean that infrastructure broke. */
export type Result<Value, Refused> = { ok: true; value: Value } | { ok: false; refusal: Refused };

export const ok = <Value>(value: Value) => ({ ok: true, value }) as const;

export const refuse = <const Refused>(refusal: Refused) => ({ ok: false, refusal }) as const;

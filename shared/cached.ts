/**
 * Remembers the result of `load` for `lifetime` seconds. Concurrent callers share one load; a failed load is not remembered.
 * `now` returns epoch seconds.
 */
export function cached<Value>(load: () => Promise<Value>, lifetime: number, now: () => number): () => Promise<Value> {
  let kept: { value: Promise<Value>; until: number } | undefined;
  return () => {
    if (kept && now() < kept.until) return kept.value;
    const loading = { value: load(), until: now() + lifetime };
    kept = loading;
    loading.value.catch(() => {
      if (kept === loading) kept = undefined;
    });
    return loading.value;
  };
}

/** {@link cached} for as long as the process lives: for what is loaded when it is first needed. */
export const once = <Value>(load: () => Promise<Value>): (() => Promise<Value>) => cached(load, Infinity, () => 0);

/** {@link cached} per key. Beyond `maximum` keys, the oldest entry is evicted. A value that `keeps` refuses is loaded again. */
export function cachedByKey<Value>(
  load: (key: string) => Promise<Value>,
  lifetime: number,
  now: () => number,
  maximum: number,
  keeps: (value: Value, key: string) => boolean = () => true,
): (key: string) => Promise<Value> {
  const kept = new Map<string, () => Promise<Value>>();
  return (key) => {
    const existing = kept.get(key);
    if (existing) return existing();
    const oldest = kept.size >= maximum ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    const fresh = cached(() => load(key), lifetime, now);
    kept.set(key, fresh);
    const loading = fresh();
    loading.then(
      (value) => {
        if (!keeps(value, key) && kept.get(key) === fresh) kept.delete(key);
      },
      () => undefined, // for the caller
    );
    return loading;
  };
}

/** The outcome of a check. `because` is one clause that holds no secret. */
export type Verdict = { verdict: 'passed' } | { verdict: 'failed' | 'warning' | 'skipped'; because: string };

export const passed: Verdict = { verdict: 'passed' };

export const failed = (because: string): Verdict => ({ verdict: 'failed', because });

/** Something that good servers do and others may do. It does not set the exit code. */
export const warned = (because: string): Verdict => ({ verdict: 'warning', because });

export const skipped = (because: string): Verdict => ({ verdict: 'skipped', because });

export const verdictOf = (isRight: boolean, because: string): Verdict => (isRight ? passed : failed(because));

/** Returns the first verdict that is not `passed`, without evaluating later ones. */
export async function allOf(...parts: (() => Promise<Verdict> | Verdict)[]): Promise<Verdict> {
  for (const part of parts) {
    const verdict = await part();
    if (verdict.verdict !== 'passed') return verdict;
  }
  return passed;
}

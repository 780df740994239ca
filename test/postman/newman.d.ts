declare module 'newman' {
  /** What a run came to, as far as the test looks. */
  export type NewmanRunSummary = {
    run: {
      stats: Record<'requests' | 'assertions', { total: number; failed: number }>;
      failures: readonly { source?: { name: string }; error: { test?: string; message: string } }[];
      executions: readonly { assertions?: readonly object[] }[];
    };
  };
  export type NewmanRunOptions = {
    collection: object;
    environment?: object;
    envVar: readonly { key: string; value: string }[];
  };
  const newman: {
    run(options: NewmanRunOptions, done: (error: Error | null, summary: NewmanRunSummary) => void): void;
  };
  export default newman;
}

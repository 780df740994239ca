const isDeep = process.env['PIXY_TEST_DEEP'] === 'yes';

/** How often a test does something; the second number is that of `npm run test:deep`. */
export const rounds = (usual: number, deep: number): number => (isDeep ? deep : usual);

/** The seed of what is random in a test: another one in every deep run, or the one of `PIXY_TEST_SEED`, to repeat a run. */
export const seedOf = (usual: number): number =>
  Number(process.env['PIXY_TEST_SEED'] ?? rounds(usual, Math.floor(Date.now() / 1_000)));

/** Says how far a deep run has come. */
export function tellDeep(line: string): void {
  if (isDeep) process.stdout.write(`${line}\n`);
}

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const file = join(import.meta.dirname, '..', '..', 'functions', 'save-memory.ts');

/** A function that is called until V8 has optimized it, in a process that is told how much memory it has. */
const code = `
const { saveMemory } = await import(${JSON.stringify(file)});
saveMemory(process.env);
function add(sum, one) { return sum + one; }
let sum = 0;
for (let call = 0; call < 2_000; call += 1) sum = add(sum, call);
%OptimizeMaglevOnNextCall(add);
add(sum, 1);
process.stdout.write(String(%ActiveTierIsMaglev(add)));
`;

const runWith = (megabytes?: number) => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--allow-natives-syntax', '--no-warnings', '--input-type=module', '-e', code],
    {
      env: { ...(megabytes !== undefined && { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(megabytes) }) },
      encoding: 'utf8',
    },
  );
  return { stdout, stderr };
};

test.each([128, 255])('a function with %i MB does without the compiler that leaves memory behind', (megabytes) => {
  expect(runWith(megabytes)).toEqual({ stdout: 'false', stderr: '' });
});

test.each([256, 512, undefined])('one with %s MB has it', (megabytes) => {
  expect(runWith(megabytes)).toEqual({ stdout: 'true', stderr: '' });
});

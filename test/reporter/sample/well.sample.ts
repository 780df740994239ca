import { expect, test } from 'vitest';

test('passes', () => {
  console.log('chatter of a test that passed');
  expect(1 + 1).toBe(2);
});

test('cannot run', ({ skip }) => skip('the moon is not full'));

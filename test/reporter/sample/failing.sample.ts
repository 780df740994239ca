import { beforeAll, describe, expect, test } from 'vitest';

test('passes', () => {
  console.log('chatter of a test that passed');
});

test('compares', () => {
  console.log('what the test that failed had to say');
  expect({ kept: 1, changed: 'is' }).toEqual({ kept: 1, changed: 'should be' });
});

describe('a group', () => {
  beforeAll(() => {
    throw new Error('the hook did not work');
  });

  test('never runs', () => {});
});

import { expect, test } from 'vitest';
import { openPatience } from '../../functions/homes/patience.ts';

const opened = () => {
  let now = 5;
  const patience = openPatience(() => now);
  const advance = (milliseconds: number) => {
    now += milliseconds;
  };
  return { ...patience, advance };
};

test('a region is waited for as long as it may take', () => {
  expect(opened().waitFor('eu-west-1', 8_000)).toBe(8_000);
});

test('one that stayed silent is waited for shortly, and no other', () => {
  const { waitFor, stayedSilent } = opened();
  stayedSilent('eu-west-1');
  expect(waitFor('eu-west-1', 8_000)).toBe(2_000);
  expect(waitFor('eu-west-1', 1_000)).toBe(1_000);
  expect(waitFor('us-east-1', 8_000)).toBe(8_000);
});

test('one whose answer nobody could take, because the function was frozen meanwhile, is not silent', () => {
  const { waitFor, stayedSilent } = opened();
  stayedSilent('eu-west-1', 1_001);
  expect(waitFor('eu-west-1', 8_000)).toBe(8_000);
  stayedSilent('eu-west-1', 1_000);
  expect(waitFor('eu-west-1', 8_000)).toBe(2_000);
});

test('until it answers', () => {
  const { waitFor, stayedSilent, answered } = opened();
  stayedSilent('eu-west-1');
  answered('eu-west-1');
  expect(waitFor('eu-west-1', 8_000)).toBe(8_000);
});

test('and is given its full time every thirty seconds, however often it was asked meanwhile', () => {
  const { waitFor, stayedSilent, advance } = opened();
  stayedSilent('eu-west-1');
  advance(29_999);
  expect(waitFor('eu-west-1', 8_000)).toBe(2_000);
  stayedSilent('eu-west-1');
  advance(1);
  expect(waitFor('eu-west-1', 8_000)).toBe(8_000);
});

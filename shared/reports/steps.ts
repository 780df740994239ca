/** From `since` up to but not including `until`, in epoch seconds. */
export type Period = { since: number; until: number };

const day = 86_400;
const week = 7 * day;

/** The first Monday of 1970, in epoch seconds. */
const firstMonday = 4 * day;

/** The longest trend that a page or a terminal has room for. */
const maximumSteps = 53;

/**
 * The steps of a trend: days or weeks, or several weeks where the period is long. A week begins on Monday; all begin at midnight UTC. So
 * the first and the last step may be in the period only in part.
 */
export type Steps = {
  /** In seconds. */
  length: number;
  /** The start of some step, in epoch seconds. */
  origin: number;
};

/** Divides a period: into days up to two weeks, into weeks up to a year. */
export function stepsOf({ since, until }: Period): Steps {
  if (until - since <= 2 * week) return { length: day, origin: 0 };
  const weeks = Math.ceil((until - since) / week / (maximumSteps - 1));
  return { length: weeks * week, origin: firstMonday };
}

/** Returns when the step of a moment begins, in epoch seconds. */
export const startOfStep = (time: number, { length, origin }: Steps): number =>
  origin + Math.floor((time - origin) / length) * length;

/** Returns when each step of a period begins, in epoch seconds, the oldest first. */
export function startsOf({ since, until }: Period, steps: Steps): number[] {
  const first = startOfStep(since, steps);
  return Array.from({ length: Math.ceil((until - first) / steps.length) }, (_, index) => first + index * steps.length);
}

/** A clock that only moves when a test moves it. Epoch seconds. */
export type Clock = { now: () => number; advance: (seconds: number) => void };

/** Starts on a full ten minutes, which is where a window of the sign-in throttle starts. */
export function stoppedClock(start = 1_800_000_000): Clock {
  let time = start;
  return {
    now: () => time,
    advance: (seconds) => {
      time += seconds;
    },
  };
}

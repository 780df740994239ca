/** What {@link inTime} answers for work that took too long. */
export const late = Symbol('late');

/** The result of some work, or {@link late} after so many milliseconds. The work goes on. */
export async function inTime<Returned>(work: Promise<Returned>, milliseconds: number): Promise<Returned | typeof late> {
  const { promise, resolve } = Promise.withResolvers<typeof late>();
  const clock = setTimeout(resolve, milliseconds, late).unref();
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(clock);
  }
}

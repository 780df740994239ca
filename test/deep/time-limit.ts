/** Ends a run that takes too long, instead of leaving it to whoever waits. */
export default function setup(): () => void {
  const minutes = 30;
  const timer = setTimeout(() => {
    process.stderr.write(`The deep tests are not done after ${minutes} minutes.\n`);
    process.exit(1);
  }, minutes * 60_000);
  return () => clearTimeout(timer);
}

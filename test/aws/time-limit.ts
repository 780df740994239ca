/** Ends a run that takes too long, instead of leaving it to whoever waits. */
export default function setup(): () => void {
  const minutes = 15;
  const timer = setTimeout(() => {
    process.stderr.write(`The tests against AWS stand-ins are not done after ${minutes} minutes.\n`);
    process.exit(1);
  }, minutes * 60_000);
  return () => clearTimeout(timer);
}

/*
 * One environment of a function, as Lambda runs it: node environment.mjs <bundle>. Takes one event at a time from its parent, and answers
 * with the result, how long it took, and the processor time that it took.
 */
const { handler } = await import(process.argv[2]);
process.on('message', async (event) => {
  const before = process.cpuUsage();
  const start = performance.now();
  const { statusCode, headers = {}, body } = await handler(event, { awsRequestId: 'bench' });
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  process.send({ statusCode, location: headers.location, body, ms, cpuMs: (user + system) / 1_000 });
});
process.on('disconnect', () => process.exit(0));
process.send('ready');

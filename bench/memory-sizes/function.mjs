/*
 * One instance of a function: node function.mjs <bundle>. Takes events from its parent, one at a time, and reports how long each took; for
 * anything else, the bytes that are resident.
 */
const { handler } = await import(process.argv[2]);
process.on('message', async (event) => {
  if (event === 'memory') return process.send(process.memoryUsage.rss());
  const start = performance.now();
  const { statusCode } = await handler(event, { awsRequestId: 'bench' });
  process.send({ statusCode, ms: performance.now() - start });
});
process.send('ready');

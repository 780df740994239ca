/* One start of one function: node one.mjs <bundle> <JSON of the events>. In JavaScript, so that no time goes into stripping types. */
const [, , bundle, events] = process.argv;
const context = { awsRequestId: 'bench' };
const start = performance.now();
const { handler } = await import(bundle);
const ready = performance.now();
const calls = [];
for (const event of JSON.parse(events)) {
  const before = performance.now();
  const { statusCode } = await handler(event, context);
  calls.push({ statusCode, ms: performance.now() - before });
}
const loaded = process.moduleLoadList.map((name) => name.replace(/^(NativeModule|Internal Binding) /, ''));
const result = {
  initMs: ready - start,
  calls,
  rss: process.memoryUsage.rss(),
  undici: loaded.some((name) => name.includes('undici/undici')),
  builtins: loaded.filter((name) => !name.startsWith('internal') && /^[a-z_/]+$/.test(name) && name.length > 2),
};
process.stderr.write(`${JSON.stringify(result)}\n`);
process.exit(0);

/* One start of one function: node one.mjs <bundle> <JSON of the events>. In JavaScript, so that no time goes into stripping types. */
const [, , bundle, events] = process.argv;
const context = { awsRequestId: 'bench' };
const cpuMs = ({ user, system }) => (user + system) / 1_000;
const start = performance.now();
const used = process.cpuUsage();
const { handler } = await import(bundle);
const ready = performance.now();
const initCpuMs = cpuMs(process.cpuUsage(used));
const calls = [];
for (const event of JSON.parse(events)) {
  const before = performance.now();
  const usedBefore = process.cpuUsage();
  const { statusCode } = await handler(event, context);
  calls.push({ statusCode, ms: performance.now() - before, cpuMs: cpuMs(process.cpuUsage(usedBefore)) });
}
const loaded = process.moduleLoadList.map((name) => name.replace(/^(NativeModule|Internal Binding) /, ''));
const result = {
  initMs: ready - start,
  initCpuMs,
  calls,
  rss: process.memoryUsage.rss(),
  undici: loaded.some((name) => name.includes('undici/undici')),
  builtins: loaded.filter((name) => !name.startsWith('internal') && /^[a-z_/]+$/.test(name) && name.length > 2),
};
process.stderr.write(`${JSON.stringify(result)}\n`);
process.exit(0);

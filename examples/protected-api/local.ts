import { parseArgs } from 'node:util';
import { NoIssuer, startLocalApi } from './local-api.ts';
import { ordersScope } from './orders.ts';

/* `npm run example`: the protected API on this machine, for the tokens of `npm start`. */

const { values } = parseArgs({
  options: { port: { type: 'string', default: '3001' }, issuer: { type: 'string', default: 'http://localhost:3000' } },
});

try {
  const { url, close } = await startLocalApi(Number(values.port), values.issuer, [ordersScope]);
  process.stdout.write(`\n  GET ${url}\n  takes tokens of ${values.issuer} with the scope ${ordersScope}\n\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
} catch (error) {
  const isPortTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  if (!(error instanceof NoIssuer) && !isPortTaken) throw error;
  process.stderr.write(
    `${isPortTaken ? `Port ${values.port} is in use. Choose another one with --port.` : (error as Error).message}\n`,
  );
  process.exitCode = 1;
}

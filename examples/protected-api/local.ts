import { Command, Option } from 'commander';
import { explainPort, parsePort } from '../../infra/local/port.ts';
import { NoIssuer, startLocalApi } from './local-api.ts';
import { ordersScope } from './orders.ts';

/* `npm run example`: the protected API on this machine, for the tokens of `npm start`. */

const { port, issuer } = new Command('npm run example --')
  .description('Runs an API on this machine that takes the tokens of a Pixy authorization server.')
  .addOption(new Option('--port <port>', 'port on localhost').argParser(parsePort).default(3_001))
  .option('--issuer <url>', 'the authorization server', 'http://localhost:3000')
  .parse()
  .opts<{ port: number; issuer: string }>();

try {
  const { url, close } = await startLocalApi(port, issuer, [ordersScope]);
  process.stdout.write(`\n  GET ${url}\n  takes tokens of ${issuer} with the scope ${ordersScope}\n\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
} catch (error) {
  const sentence = error instanceof NoIssuer ? error.message : explainPort(error, port);
  if (sentence === undefined) throw error;
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/* `npm start`: runs the deployed functions on this machine. Later starts reuse the compiled code. */

enableCompileCache(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'node'));
const { startCommand } = await import('./start-command.ts');

try {
  await startCommand('npm start --').parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

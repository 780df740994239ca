import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/* `npm start`: the deployed functions on this machine. From the second time on, nothing is compiled again. */

enableCompileCache(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'node'));
await import('./start-command.ts');

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/* `npm start`: runs the deployed functions on this machine. Later starts reuse the compiled code. */

enableCompileCache(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'node'));
await import('./start-command.ts');

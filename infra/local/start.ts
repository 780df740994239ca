import { enableCompileCache } from 'node:module';

/* `npm start`: the deployed functions on this machine. From the second time on, nothing is compiled again. */

enableCompileCache();
await import('./start-command.ts');

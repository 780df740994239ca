import { entrance } from '../entrance.ts';
import { openRuntime } from '../runtime.ts';
import { compose } from './compose.ts';

const runtime = openRuntime(process.env);

export const handler = entrance('register', compose(runtime), runtime);

import { behindFront } from '../behind-front.ts';
import { openRuntime } from '../runtime.ts';
import { compose } from './compose.ts';

const runtime = openRuntime(process.env);

export const handler = behindFront(compose(runtime), runtime);

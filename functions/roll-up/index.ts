import { openRuntime } from '../runtime.ts';
import { compose } from './compose.ts';

export const handler = compose(openRuntime(process.env));

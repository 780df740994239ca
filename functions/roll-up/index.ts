import { openRuntime } from '../runtime.ts';
import { tellingCause } from '../telling-cause.ts';
import { compose } from './compose.ts';

export const handler = tellingCause(compose(openRuntime(process.env)));

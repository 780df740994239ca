import { openRuntime } from '../runtime.ts';
import { tellingCause } from '../telling-cause.ts';
import { compose } from './compose.ts';
import { readDeclaredApi } from './declared-api.ts';

export const handler = tellingCause(compose(openRuntime(process.env), readDeclaredApi(process.env)));

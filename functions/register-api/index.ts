import { openRuntime } from '../runtime.ts';
import { compose } from './compose.ts';
import { readDeclaredApi } from './declared-api.ts';

export const handler = compose(openRuntime(process.env), readDeclaredApi(process.env));

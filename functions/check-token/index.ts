import { openRuntime } from '../runtime.ts';
import { compose } from './compose.ts';
import { readSettings } from './settings.ts';

export const handler = compose(openRuntime(process.env), readSettings(process.env));

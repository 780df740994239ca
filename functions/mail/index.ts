import { sendBySes } from '../../shared/mail/ses-store.ts';
import { openRuntime } from '../runtime.ts';
import { compose } from './compose.ts';
import { readSettings } from './settings.ts';

const { from, configurationSet } = readSettings(process.env);
const send = from === undefined ? undefined : sendBySes({ from, configurationSet });

export const handler = compose(openRuntime(process.env), send);

import { beginFile } from './remembered-crypto.ts';

beginFile();

import { decodeText } from '../shared/http/decode-text.ts';
import { Failure } from './failure.ts';
import { packedProblem } from './packed.ts';

/** Decodes what was read from `name`. Fails for another encoding than UTF-8, or UTF-16 with a byte order mark. */
export function textOf(bytes: Uint8Array, name: string): string {
  const packed = packedProblem(bytes);
  if (packed !== undefined) throw new Failure(`${name} ${packed}.`);
  const text = decodeText(bytes);
  if (!text.ok) throw new Failure(`${name} ${text.refusal}.`);
  return text.value;
}

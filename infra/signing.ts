import { type SigningAlgorithm, signingAlgorithms } from '../shared/keys/signing-key.ts';
import { WrongSetting } from './wrong-setting.ts';

/** Where private signing keys are made: decrypted into the memory of the signing functions, or in KMS, which they never leave. */
export type Signing = 'memory' | 'kms';

/** The algorithms of `signingAlgorithms`, one at least and each once. Throws {@link WrongSetting} for what cannot be deployed. */
export function checkAlgorithms(
  algorithms: readonly SigningAlgorithm[],
  signing: Signing,
): readonly [SigningAlgorithm, ...SigningAlgorithm[]] {
  const [first, ...others] = algorithms;
  if (first === undefined) throw new WrongSetting('signingAlgorithms must name one at least, but is an empty list.');
  for (const one of algorithms) {
    if (signingAlgorithms.includes(one)) continue;
    throw new WrongSetting(`signingAlgorithms knows ${signingAlgorithms.join(', ')}, but not "${one}".`);
  }
  if (new Set(algorithms).size < algorithms.length) {
    throw new WrongSetting(`signingAlgorithms must name each one once, but is ${algorithms.join(', ')}.`);
  }
  if (signing === 'kms' && algorithms.includes('EdDSA')) {
    throw new WrongSetting(
      "KMS does not sign with EdDSA: leave it out of signingAlgorithms, or use signing: 'memory'.",
    );
  }
  return [first, ...others];
}

import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { s256 } from '../../../shared/pkce/s256.ts';
import { maximumVerifierLength, minimumVerifierLength } from '../../../shared/pkce/verifier-form.ts';
import type { Context } from '../../context.ts';
import { examples, jsonOption, wholeNumber } from '../../options.ts';
import { pairs } from '../../output.ts';

const shortest = minimumVerifierLength({ acceptShortVerifier: false });

export const generateCommand = (context: Context): Command =>
  examples(
    jsonOption(new Command('generate'))
      .description('Makes a random code verifier and its S256 challenge.')
      .addOption(
        new Option('--length <n>', `length of the verifier, ${shortest} to ${maximumVerifierLength} characters`)
          .argParser(verifierLength)
          .default(shortest),
      )
      .action(({ length }: { length: number }) => generate(context, length)),
    'pixy pkce generate',
    'pixy pkce generate --length 128 --json',
  );

function verifierLength(text: string): number {
  const length = wholeNumber(text);
  if (length < shortest || length > maximumVerifierLength) {
    throw new InvalidArgumentError(`A verifier has ${shortest} to ${maximumVerifierLength} characters.`);
  }
  return length;
}

function generate(context: Context, length: number): void {
  // Three random bytes make four characters, so this is at least 256 bits.
  const codeVerifier = randomBytes(length).toString('base64url').slice(0, length);
  const values = {
    code_verifier: codeVerifier,
    code_challenge: s256(codeVerifier),
    code_challenge_method: 'S256',
  };
  context.print({ json: values, text: pairs(Object.entries(values)) });
}

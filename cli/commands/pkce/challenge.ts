import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { examples, jsonOption, mayBeginWithHyphen } from '../../options.ts';
import { type MethodFlag, methodOption, mustBeVerifier, transform } from './method.ts';

export const challengeCommand = (context: Context): Command =>
  examples(
    mayBeginWithHyphen(methodOption(jsonOption(new Command('challenge'))))
      .description('Makes the code challenge for a verifier.')
      .argument('<code-verifier>')
      .action((codeVerifier: string, { method }: MethodFlag) => challenge(context, codeVerifier, method)),
    'pixy pkce challenge dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  );

function challenge(context: Context, codeVerifier: string, method: MethodFlag['method']): void {
  const codeChallenge = transform(mustBeVerifier(codeVerifier), method);
  context.print({
    json: { code_challenge: codeChallenge, code_challenge_method: method },
    text: `${codeChallenge}\n`,
  });
}

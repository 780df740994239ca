import { Command } from 'commander';
import { diagnose } from '../../../shared/pkce/doctor.ts';
import type { Context } from '../../context.ts';
import { examples, jsonOption, mayBeginWithHyphen } from '../../options.ts';
import { type MethodFlag, methodOption } from './method.ts';

export const verifyCommand = (context: Context): Command =>
  examples(
    mayBeginWithHyphen(methodOption(jsonOption(new Command('verify'))))
      .description('Checks a verifier against a challenge. Exits with 0 if they match and with 1 if they do not.')
      .argument('<code-verifier>')
      .argument('<code-challenge>')
      .action((codeVerifier: string, codeChallenge: string, { method }: MethodFlag) => {
        const { matches } = diagnose(codeVerifier, codeChallenge, method);
        context.print({
          json: { matches },
          text: matches ? 'They match.\n' : 'They do not match. Run pixy pkce doctor to find the mistake.\n',
        });
        if (!matches) context.endWith(1);
      }),
    'pixy pkce verify dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  );

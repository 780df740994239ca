import { Command } from 'commander';
import { mistakeSentences } from '../../../shared/oauth/describe-refusal.ts';
import { diagnose, doctorSentences, type Finding } from '../../../shared/pkce/doctor.ts';
import { s256 } from '../../../shared/pkce/s256.ts';
import type { Context } from '../../context.ts';
import { examples, jsonOption, mayBeginWithHyphen } from '../../options.ts';

const sentences: Record<Finding, string> = { ...mistakeSentences, ...doctorSentences };

export const doctorCommand = (context: Context): Command =>
  examples(
    mayBeginWithHyphen(jsonOption(new Command('doctor')))
      .description(
        'Names the mistake if a verifier and a challenge do not match. Exits with 0 if they match and with 1 if they do not.',
      )
      .argument('<code-verifier>', 'as the client sends it to the token endpoint')
      .argument('<code-challenge>', 'as the client sends it to the authorization endpoint')
      .option('--method <method>', 'code_challenge_method as the client sends it', 'S256')
      .option('--no-method', 'the client sends no method')
      .action((codeVerifier: string, codeChallenge: string, { method }: { method: string | false }) =>
        examine(context, codeVerifier, codeChallenge, method || undefined),
      ),
    'pixy pkce doctor dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM=',
    'pixy pkce doctor "$VERIFIER" "$CHALLENGE" --method s256',
  );

function examine(context: Context, verifier: string, challenge: string, method: string | undefined): void {
  const { matches, findings } = diagnose(verifier, challenge, method);
  const told = findings.map(({ finding, proven }) => ({ finding, proven, sentence: sentences[finding] }));
  const right = { code_challenge: s256(verifier), code_challenge_method: 'S256' };
  context.print({
    json: { matches, findings: told, ...(!matches && { right }) },
    text: matches
      ? 'They match.\n'
      : `${[
          'A server refuses this pair.',
          ...told.map(({ finding, proven, sentence }) => `  ${finding}${proven ? '' : ' (a guess)'}: ${sentence}`),
          ...(told.some(({ finding }) => finding === 'verifier_malformed')
            ? []
            : [`With this verifier, send code_challenge=${right.code_challenge} and code_challenge_method=S256.`]),
        ].join('\n')}\n`,
  });
  if (!matches) context.endWith(1);
}

import { Command } from 'commander';
import { briefTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { pairs } from '../../output.ts';
import { describeApi, findApi } from './change-api.ts';

export const showCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('show'))
      .description('Shows an API: its scope values, the lifetime of its tokens, and who may introspect them.')
      .argument('<resource>')
      .action((resource: string) => show(context, resource)),
    'pixy apis show https://api.example.com/orders',
    'pixy apis show https://api.example.com/orders --stage prod --json',
  );

async function show(context: Context, resource: string): Promise<void> {
  const found = await findApi(context, resource);
  const { value: api, version, changed } = found;
  context.print({
    json: describeApi(found),
    text: pairs([
      ['resource', api.resource],
      ['scope', api.scope.join(' ') || 'none of its own'],
      ['access token lifetime', lifetimeOf(api.accessTokenLifetime)],
      ['access token typ', api.accessTokenTyp ?? 'at+jwt'],
      ['access token claims', api.accessTokenClaims ? 'those of the scope' : 'none'],
      ['introspected by', api.introspectedBy?.join(', ') ?? 'nobody'],
      ['version', String(version)],
      ['changed', changed && `${briefTime(changed.at)} by ${changed.by}${changed.why && `: ${changed.why}`}`],
    ]),
  });
}

export const lifetimeOf = (seconds: number | undefined): string =>
  seconds === undefined ? 'the server’s' : `${seconds} s`;

import { Command } from 'commander';
import { apiStore } from '../../../shared/apis/api-store.ts';
import { type Compared, checkResource } from '../../check-resource/check-resource.ts';
import type { Context } from '../../context.ts';
import { wrongUsage } from '../../failure.ts';
import { issuerOption } from '../../login/issuer-option.ts';
import { examples, storeOptions } from '../../options.ts';
import { plural, visible } from '../../output.ts';
import { createTransport } from '../../verify/transport.ts';

export const checkCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('check'))
      .description(
        'Compares a running resource with what it should answer: its metadata (RFC 9728), its challenges, and what is registered. With a token that lacks a scope in PIXY_WEAK_TOKEN, its 403 as well.',
      )
      .argument('<url>', 'the resource, which is also the identifier of the API')
      .option('--issuer <url>', 'the issuer, where the place does not say it', issuerOption)
      .action((url: string, { issuer }: { issuer?: string }) => check(context, url, issuer)),
    'pixy apis check https://api.example.com/orders --stage prod',
    'pixy apis check http://localhost:3001/orders --issuer http://localhost:3000 --json',
  );

async function check(context: Context, resource: string, asked: string | undefined): Promise<void> {
  if (!URL.canParse(resource) || !/^https?:/.test(resource) || resource.includes('#')) {
    throw wrongUsage('The resource is not an http or https URL without a fragment.');
  }
  const { place, database, table } = await context.open();
  const issuer = asked ?? ('issuer' in place ? place.issuer : undefined);
  if (issuer === undefined) throw wrongUsage('The issuer is not known here: name it with --issuer.');
  const api = await apiStore(database, table('clients'), context.now).find(resource);
  const transport = createTransport({ issuer: resource, maximumRequests: 4 });
  const weakToken = context.io.env['PIXY_WEAK_TOKEN'];
  const compared = await checkResource({ resource, issuer, scope: api?.value.scope, weakToken }, transport);
  const isWrong = compared.some(({ verdict }) => verdict === 'failed');
  context.print({ json: { resource, issuer, ok: !isWrong, checks: compared }, text: written(compared) });
  if (isWrong) context.endWith(1);
}

function written(compared: readonly Compared[]): string {
  const lines = compared.map((one) => {
    const because = one.verdict === 'passed' ? '' : `: ${visible(one.because)}`;
    return `${one.verdict.padEnd(7)}  ${one.says} (${one.section})${because}\n`;
  });
  const failures = compared.filter(({ verdict }) => verdict === 'failed').length;
  return `${lines.join('')}${failures === 0 ? 'All that was checked is right.' : `${plural(failures, 'check')} failed.`}\n`;
}

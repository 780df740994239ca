import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { examples } from '../options.ts';

/** Where each template goes. */
const templates = {
  'app.mts': 'app.mts',
  'pixy.json': 'pixy.json',
  'deploy-role.yaml': 'deploy-role.yaml',
  'deploy.yml': join('.github', 'workflows', 'deploy.yml'),
};

export const initCommand = (context: Context): Command =>
  examples(
    new Command('init')
      .description(
        'Writes what it takes to deploy from a folder of your own: an app for the CDK, the settings of its stages, and a GitHub workflow with the role that it deploys with. Nothing that is there is changed.',
      )
      .argument('[folder]', 'where to write', '.')
      .action((folder: string) => init(context, resolve(folder))),
    'pixy init',
    'pixy init sign-in',
  );

async function init({ io }: Context, folder: string): Promise<void> {
  const files = [['cdk.json', cdkJson(folder)] as const, ...(await fromTemplates()), ...gitignore(folder)];
  const there = files.find(([file]) => existsSync(join(folder, file)));
  if (there) throw new Failure(`${join(folder, there[0])} is there already, so nothing was written.`);
  for (const [file, text] of files) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  }
  io.write(`${files.map(([file]) => `Wrote ${file}.`).join('\n')}\n\n${next}`);
}

const fromTemplates = (): Promise<(readonly [string, string])[]> =>
  Promise.all(
    Object.entries(templates).map(async ([name, file]) => {
      return [file, await readFile(new URL(`./templates/${name}`, import.meta.url), 'utf8')] as const;
    }),
  );

/** The app, which says in one sentence which Node it needs, and the behaviour that the CDK recommends to new apps, where the folder has it already. */
function cdkJson(folder: string): string {
  const settings = {
    app: 'node -r pixy/require-node.cjs app.mts',
    versionReporting: false,
    context: recommended(folder),
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

function recommended(folder: string): object {
  try {
    return createRequire(join(folder, 'app.mts'))('aws-cdk-lib/recommended-feature-flags.json') as object;
  } catch {
    return {};
  }
}

const gitignore = (folder: string): (readonly [string, string])[] =>
  existsSync(join(folder, '.gitignore')) ? [] : [['.gitignore', 'node_modules/\ncdk.out/\n.pixy/\n']];

const next = `Next:
  npm install aws-cdk-lib constructs && npm install --save-dev aws-cdk@2
  npx cdk synth --quiet        # the templates of the stage dev
  npx cdk deploy --all         # after npx cdk bootstrap, once per account and region

The settings of every stage are in pixy.json. docs/deploy.md of Pixy says what they mean, and how the workflow gets its role.
`;

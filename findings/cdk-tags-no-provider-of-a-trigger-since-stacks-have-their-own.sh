#!/usr/bin/env bash
# aws-cdk-lib 2.276.0 with constructs 10.8.1 (npm): Tags.of(app), Trigger, and the feature flag @aws-cdk/core:explicitStackTags.
#
# A Trigger brings a role and a function of its own. A permissions boundary of the app reaches both, tags of the app reach neither: they are
# made without their types, and only types have tags. Without the flag nobody notices, because the same tags are on the stack, and
# CloudFormation hands those on to everything. With the flag, one of the recommended ones for new apps, the stack has none. So an
# organization that refuses roles without its tags refuses a deployment in which every construct was tagged.
#
# Seen (the flag, tags of the stack, then how many roles and functions there are, have the boundary, have the tag):
#   flag off: stack {"team":"one"}, AWS::IAM::Role 2 2 1, AWS::Lambda::Function 2 1
#   flag on: stack undefined, AWS::IAM::Role 2 2 1, AWS::Lambda::Function 2 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > init.txt
npm install --silent --no-fund --no-audit aws-cdk-lib@2.276.0 constructs@10.8.1
cat > app.cjs <<'JS'
const { App, PermissionsBoundary, Stack, Tags } = require('aws-cdk-lib');
const { Code, Function, Runtime } = require('aws-cdk-lib/aws-lambda');
const { Trigger } = require('aws-cdk-lib/triggers');

for (const flag of [false, true]) {
  const app = new App({ outdir: `out-${flag}`, context: { '@aws-cdk/core:explicitStackTags': flag } });
  const stack = new Stack(app, 'Mine', { permissionsBoundary: PermissionsBoundary.fromName('boundary') });
  const code = Code.fromInline('exports.handler = async () => {}');
  const handler = new Function(stack, 'Handler', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code });
  new Trigger(stack, 'Trigger', { handler });
  Tags.of(app).add('team', 'one');
  const [{ template, tags }] = app.synth().stacks;
  const of = (type) => Object.values(template.Resources).filter((one) => one.Type === type).map((one) => one.Properties);
  const tagged = (all) => all.filter((one) => JSON.stringify(one.Tags ?? []).includes('"team"')).length;
  const [roles, functions] = [of('AWS::IAM::Role'), of('AWS::Lambda::Function')];
  const bounded = roles.filter((one) => one.PermissionsBoundary).length;
  const stackTags = Object.keys(tags ?? {}).length > 0 ? JSON.stringify(tags) : undefined;
  console.log(
    `flag ${flag ? 'on' : 'off'}: stack ${stackTags}, AWS::IAM::Role ${roles.length} ${bounded} ${tagged(roles)}, AWS::Lambda::Function ${functions.length} ${tagged(functions)}`,
  );
}
JS
seen=$(node app.cjs)
echo "$seen"
[ "$seen" = 'flag off: stack {"team":"one"}, AWS::IAM::Role 2 2 1, AWS::Lambda::Function 2 1
flag on: stack undefined, AWS::IAM::Role 2 2 1, AWS::Lambda::Function 2 1' ]

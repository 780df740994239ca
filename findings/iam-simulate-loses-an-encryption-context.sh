#!/usr/bin/env bash
# @cloud-copilot/iam-simulate 0.1.173 (npm): a policy that lets a function decrypt what has a certain value in its encryption context.
#
# The condition key of KMS is `kms:EncryptionContext:` with a name of one's own at its end. The simulator looks such names up in its list
# of keys letter by letter, drops the value of the request as unknown, and says "ImplicitlyDenied" of a call that IAM allows. A tag
# of the principal, whose key has a name of one's own after a slash, is kept. So a test of least privilege fails for a policy that is right.
#
# Seen (the condition key, the result, whether the simulator had a value for it):
#   kms:EncryptionContext:purpose ImplicitlyDenied missing
#   aws:PrincipalTag/purpose Allowed there
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-fund --no-audit @cloud-copilot/iam-simulate@0.1.173
cat > simulate.mjs <<'JS'
import { runSimulation } from '@cloud-copilot/iam-simulate';

const account = '111122223333';
const resource = `arn:aws:kms:eu-central-1:${account}:key/00000000-0000-4000-8000-000000000000`;
for (const key of ['kms:EncryptionContext:purpose', 'aws:PrincipalTag/purpose']) {
  const allow = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: resource };
  const statement = { ...allow, Condition: { StringEquals: { [key]: 'invoices' } } };
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/function`,
        action: 'kms:Decrypt',
        resource: { resource, accountId: account },
        contextVariables: { [key]: 'invoices' },
      },
      identityPolicies: [{ name: 'one', policy: { Version: '2012-10-17', Statement: [statement] } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: {
        Version: '2012-10-17',
        Statement: [{ ...allow, Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }],
      },
    },
    {},
  );
  const [unmatched] = result.result.analysis.identityAnalysis.unmatchedStatements;
  const isMissing = unmatched?.explain.conditions.some(({ failedBecauseMissing }) => failedBecauseMissing) ?? false;
  console.log(key, result.overallResult, isMissing ? 'missing' : 'there');
}
JS
seen=$(node simulate.mjs)
echo "$seen"
[ "$seen" = "kms:EncryptionContext:purpose ImplicitlyDenied missing
aws:PrincipalTag/purpose Allowed there" ]

#!/usr/bin/env bash
# checkov 3.3.30 (PyPI): CKV_AWS_27, "all data stored in the SQS queue is encrypted".
#
# A queue can be encrypted with keys that SQS manages (SqsManagedSseEnabled). In Terraform the rule takes that; of the same queue in a
# CloudFormation template it says that it is not encrypted, and wants a key of KMS. So a CDK app fails where its Terraform twin passes.
#
# Seen (the framework, how many queues pass, how many fail):
#   cloudformation 0 1
#   terraform 1 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check checkov==3.3.30
cat > "$folder/queue.json" <<'JSON'
{ "Resources": { "Queue": { "Type": "AWS::SQS::Queue", "Properties": { "SqsManagedSseEnabled": true } } } }
JSON
cat > "$folder/queue.tf" <<'TF'
resource "aws_sqs_queue" "queue" {
  name                    = "queue"
  sqs_managed_sse_enabled = true
}
TF
seen=$(for file in queue.json queue.tf; do
  "$folder/venv/bin/checkov" --skip-download --quiet --compact --soft-fail -o json -c CKV_AWS_27 -f "$folder/$file" |
    python3 -c "import json, sys; one = json.load(sys.stdin); print(one['check_type'], one['summary']['passed'], one['summary']['failed'])"
done)
echo "$seen"
[ "$seen" = "cloudformation 0 1
terraform 1 0" ]

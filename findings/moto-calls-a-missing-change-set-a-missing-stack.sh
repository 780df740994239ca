#!/usr/bin/env bash
# moto 5.2.5 (PyPI) with boto3 1.44.8: CloudFormation, DescribeChangeSet.
#
# AWS answers ChangeSetNotFound for a change set that a stack does not have, and tools ask for one before they make it: the CDK CLI does at
# every deployment of a stack that is there. moto answers ValidationError, and names the change set as a stack that does not exist. So the
# first deployment into moto works, and the second one ends there.
#
# Seen (the code and the message for a change set "none" of a stack "mine" that is there):
#   ValidationError: Stack with id none does not exist
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[cloudformation]==5.2.5' boto3==1.44.8
seen=$(AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=eu-west-1 "$folder/venv/bin/python" - <<'PY'
import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

with mock_aws():
    client = boto3.client('cloudformation')
    client.create_stack(StackName='mine', TemplateBody='{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}')
    try:
        client.describe_change_set(StackName='mine', ChangeSetName='none')
    except ClientError as error:
        print(f"{error.response['Error']['Code']}: {error.response['Error']['Message']}")
PY
)
echo "$seen"
[ "$seen" = "ValidationError: Stack with id none does not exist" ]

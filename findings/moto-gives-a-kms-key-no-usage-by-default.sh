#!/usr/bin/env bash
# moto 5.2.5 (PyPI) with boto3 1.44.8: KMS, CreateKey without KeyUsage.
#
# KMS makes a symmetric key for encryption when nothing else is asked for, and says so: KeyUsage is ENCRYPT_DECRYPT, which tools read to
# tell keys apart. The key of moto works for encryption, too, and its metadata have no usage.
#
# Seen (KeyUsage and KeySpec in the metadata; what comes back of a text that was encrypted):
#   None SYMMETRIC_DEFAULT text
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[kms]==5.2.5' boto3==1.44.8
seen=$(AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=eu-west-1 "$folder/venv/bin/python" - <<'PY'
import boto3
from moto import mock_aws

with mock_aws():
    client = boto3.client('kms')
    key = client.create_key()['KeyMetadata']
    sealed = client.encrypt(KeyId=key['KeyId'], Plaintext=b'text')['CiphertextBlob']
    print(key.get('KeyUsage'), key.get('KeySpec'), client.decrypt(CiphertextBlob=sealed)['Plaintext'].decode())
PY
)
echo "$seen"
[ "$seen" = "None SYMMETRIC_DEFAULT text" ]

#!/usr/bin/env bash
# firebase-tools 15.34.2: firebase auth:export with --format=json and with --format=csv, of the same user.
#
# JSON has the enrolled second factors of a user (mfaInfo). CSV has no column for them, and the export says nothing about it. Whoever moves
# people by the table moves accounts that ask for a second factor as accounts that ask for a password alone. The table has 52 columns and no
# header line, and what JSON calls lastSignedInAt is lastLoginAt in the answer of the service.
#
# Seen (the export itself, with the service on this machine in the place of Google's):
#   json: localId email emailVerified passwordHash salt displayName lastSignedInAt createdAt mfaInfo providerUserInfo
#   csv: 52 columns, second factor in none
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts firebase-tools@15.34.2 > npm.log 2>&1 || { cat npm.log >&2; exit 1; }
cat > export.cjs <<'JS'
const { createServer } = require('node:http');
const { Writable } = require('node:stream');

const user = {
  localId: 'u1',
  email: 'ada@example.com',
  emailVerified: true,
  version: 0,
  passwordHash: 'bm90IGEgcmVhbCBoYXNo',
  salt: 'bm90IHJlYWw=',
  displayName: 'Ada',
  createdAt: '1790000000000',
  lastLoginAt: '1790000000001',
  providerUserInfo: [{ providerId: 'google.com', rawId: '1102', email: 'ada@mail.example', displayName: 'Ada' }],
  mfaInfo: [{ mfaEnrollmentId: 'second-factor', phoneInfo: '+441632960000', displayName: 'phone', enrolledAt: '2026-01-01T00:00:00Z' }],
};
const server = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ users: [user] }));
});
server.listen(0, '127.0.0.1', async () => {
  process.env.FIREBASE_GOOGLE_URL = `http://127.0.0.1:${server.address().port}`;
  require('firebase-tools/lib/apiv2').setAccessToken('none');
  const { serialExportUsers } = require('firebase-tools/lib/accountExporter');
  const exported = async (format) => {
    let text = '';
    const writeStream = new Writable({
      write(chunk, _, done) {
        text += chunk;
        done();
      },
    });
    await serialExportUsers('project', { format, writeStream, batchSize: 1000 });
    return text;
  };
  console.log('json:', Object.keys(JSON.parse(await exported('json'))).join(' '));
  const table = await exported('csv');
  const isThere = /second-factor|441632960000/.test(table);
  console.log(`csv: ${table.trim().split(',').length - 1} columns, second factor in ${isThere ? 'one' : 'none'}`);
  process.exit();
});
JS
seen=$(timeout 60 node export.cjs 2> export.log | grep -E '^(json|csv):') || { cat export.log >&2; exit 1; }
echo "$seen"
[ "$seen" = "json: localId email emailVerified passwordHash salt displayName lastSignedInAt createdAt mfaInfo providerUserInfo
csv: 52 columns, second factor in none" ]

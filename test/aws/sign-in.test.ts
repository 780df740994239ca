import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { send } from '../support/http.ts';
import { mobile, refresh, revoke, userinfo } from '../support/lifecycle.ts';
import { redeem } from '../support/protocol.ts';
import { expectAllowedCalls } from './allowed-calls.ts';
import { parameterOf } from './deployed-server.ts';
import { deployedStages, stages } from './deployed-stages.ts';
import { ada, registerAda, signAdaIn } from './signed-in.ts';

const { standIn, missing } = deployedStages();

describe.skipIf(missing !== undefined).each(stages)(
  'the published functions of the %s stage, under Lambda’s runtime interface client',
  (stage) => {
    it('sign somebody in, refresh, tell about the person, refuse the code the second time, and call nothing that their roles do not allow (D16)', async () => {
      await registerAda(standIn(), stage);
      const { server, tokens } = await signAdaIn(standIn(), stage);
      const keys = createLocalJWKSet(JSON.parse((await send(server.port, '/jwks')).body));
      const { payload } = await jwtVerify(tokens.access_token ?? '', keys, { issuer: server.issuer });
      const about = await userinfo(server, tokens.access_token);
      expect(about.json).toMatchObject({ sub: payload.sub, email: 'ada@example.com' });

      const refreshed = await refresh(server, mobile, tokens.refresh_token);
      expect(refreshed.status).toBe(200);
      const { code, verifier } = tokens;
      const replayed = await redeem(server, mobile, { code, code_verifier: verifier });
      expect(replayed.json).toMatchObject({ error: 'invalid_grant', reason: 'code_spent' });
      expect((await revoke(server, mobile, { token: refreshed.json.refresh_token })).status).toBe(200);
      expect((await refresh(server, mobile, refreshed.json.refresh_token)).status).toBe(400);

      await expectAuditLines(stage);
      await expectAllowedCalls(standIn(), stage);
    });
  },
);

/** The lines that the functions printed are in the log groups that reports read. */
async function expectAuditLines(stage: string): Promise<void> {
  const logs = new CloudWatchLogsClient(standIn().clients);
  const lines: string[] = [];
  for (const logGroupName of (await parameterOf(standIn(), stage, 'log-groups')).split(',')) {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
    lines.push(...events.map(({ message = '' }) => message).filter((message) => message.includes('"verdict"')));
  }
  expect(lines.join('\n')).toContain('"code_spent"');
  expect(lines.join('\n')).not.toContain(ada.password);
}

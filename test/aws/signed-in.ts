import { expect } from 'vitest';
import { mobile, obtainTokens } from '../support/lifecycle.ts';
import { newPerson } from '../support/person.ts';
import { pixy, serveStage } from './deployed-server.ts';
import type { StandIn } from './stand-in.ts';

export const ada = { username: 'ada', password: 'correct horse battery staple' };

/** Registers a client and an account with the pixy command. */
export async function registerAda(standIn: StandIn, stage: string): Promise<void> {
  await pixy(standIn, stage, ['clients', 'add', '--file', '-', '--first-party'], JSON.stringify(mobile));
  const account = ['accounts', 'add', ada.username, '--email', 'ada@example.com', '--password-stdin'];
  await pixy(standIn, stage, account, ada.password);
}

/** Signs Ada in, with her password, at the deployed functions. */
export async function signAdaIn(standIn: StandIn, stage: string) {
  const server = await serveStage(standIn, stage);
  const tokens = await obtainTokens(server, newPerson(server), mobile, { scope: 'openid email offline_access' });
  expect(tokens.access_token).toBeDefined();
  return { server, tokens };
}

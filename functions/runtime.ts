import { auditFolder, standardOutput, type WriteLine } from '../shared/audit/audit-log.ts';
import { type Database, openDatabase } from '../shared/aws/dynamodb.ts';
import { type Config, readConfig } from '../shared/config.ts';
import { eitherCustody } from '../shared/keys/either-custody.ts';
import { kmsCustody } from '../shared/keys/kms-custody.ts';
import { kmsWrapper } from '../shared/keys/kms-wrapper.ts';
import { localWrapper } from '../shared/keys/local-wrapper.ts';
import { memoryCustody } from '../shared/keys/memory-custody.ts';
import type { KeyCustody, KeyWrapper } from '../shared/keys/signing-key.ts';
import type { HandOver } from '../shared/mail/hand-over.ts';
import type { AuditDays } from '../shared/reports/audit-days.ts';
import type { Send } from './homes/send.ts';

/** What every composition root starts from, once per cold start. */
export type Runtime = {
  config: Config;
  database: Database;
  writeLine: WriteLine;
  /** Takes orders for mails in this process, instead of the mail function. */
  handOver?: HandOver | undefined;
  /** Reaches the other regions of a local run, instead of Lambda. */
  send?: Send | undefined;
  /** The audit lines of a local run that keeps none in a folder. */
  auditDays?: AuditDays | undefined;
  /** Epoch seconds. */
  now: () => number;
};

const systemClock = () => Math.floor(Date.now() / 1_000);

/** Reads the environment; throws when it is not usable. Clock, log and database can be given instead of the system's. */
export function openRuntime(
  env: Record<string, string | undefined>,
  given: Partial<Omit<Runtime, 'config'>> = {},
): Runtime {
  const config = readConfig(env);
  const now = given.now ?? systemClock;
  const ownLog = () => (config.auditFolder === undefined ? standardOutput : auditFolder(config.auditFolder, now));
  return {
    config,
    database: given.database ?? openDatabase(),
    writeLine: given.writeLine ?? ownLog(),
    handOver: given.handOver,
    send: given.send,
    auditDays: given.auditDays,
    now,
  };
}

/** KMS when deployed, the key of the data folder in a local run. */
export function keyWrapper({ kmsKeyId, wrappingKey }: Config): KeyWrapper {
  if (kmsKeyId !== undefined) return kmsWrapper(kmsKeyId);
  if (wrappingKey !== undefined) return localWrapper(Buffer.from(wrappingKey, 'base64url'));
  throw new Error('neither PIXY_KMS_KEY_ID nor PIXY_WRAPPING_KEY is set: private keys cannot be decrypted');
}

/** Makes private keys where `PIXY_SIGNING` says, and opens each one where it is. In KMS the Keys table owns them. */
export const keyCustody = (config: Config): KeyCustody =>
  eitherCustody(config.signing, {
    memory: memoryCustody(keyWrapper(config)),
    kms: kmsCustody(undefined, config.tables.keys, config.keyTags),
  });

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Change } from '../../../shared/clients/change.ts';
import { logChange, newChange } from '../../../shared/clients/change-log.ts';
import { type KeyStore, keyStore } from '../../../shared/keys/key-store.ts';
import type { KeyCustody, KeyWrapper, StoredKey } from '../../../shared/keys/signing-key.ts';
import { formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import type { Opened } from '../../place.ts';

export async function openKeys(context: Context): Promise<KeyStore> {
  const { database, table } = await context.open();
  return keyStore(database, table('keys'));
}

/** Returns the signing keys. Fails before the first ones are made. */
export async function mustHaveKeys(store: KeyStore): Promise<StoredKey[]> {
  const stored = await store.list();
  if (stored.length > 0) return stored;
  throw new Failure('There are no signing keys yet: the server makes the first ones when it starts or is deployed.');
}

export type CustodyFlags = { kmsKey?: string; signing?: 'memory' | 'kms'; keyTag?: KeyTags };

type KeyTags = Readonly<Record<string, string>>;

/** Adds the options of commands that make keys. */
export const custodyOptions = (command: Command): Command =>
  command
    .option('--kms-key <id>', 'the KMS key that encrypts private keys (default: that of the stage)')
    .addOption(
      new Option(
        '--signing <place>',
        'where the key is made (default: what the stage is set to, or where the newest is)',
      ).choices(['memory', 'kms']),
    )
    .option(
      '--key-tag <name=value>',
      'a tag of a key that is made in KMS; repeatable (default: those of the stage)',
      readTag,
    );

function readTag(text: string, before: KeyTags = {}): KeyTags {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It has to be NAME=VALUE.');
  return { ...before, [name]: value };
}

const isInKms = (key: StoredKey): boolean => 'kmsKeyId' in key.private;

/**
 * Makes keys where the stage is set to have them, or else where the newest one is: in KMS, or encrypted with the key of the stage or the
 * data folder. `signing` goes before both.
 */
export async function openCustody(
  context: Context,
  stored: readonly StoredKey[],
  { kmsKey, signing, keyTag }: CustodyFlags = {},
): Promise<KeyCustody> {
  const opened = await context.open();
  const newest = stored.toSorted((a, b) => a.signFrom - b.signFrom).at(-1);
  const stage = await settingsOf(opened);
  const wanted = signing ?? stage.signing ?? (newest && isInKms(newest) ? 'kms' : 'memory');
  const kms = wanted === 'kms' || stored.some(isInKms) ? await inKms(opened, keyTag ?? stage.keyTags) : undefined;
  if (kms && wanted === 'kms') return kms;
  const { memoryCustody } = await import('../../../shared/keys/memory-custody.ts');
  const memory = memoryCustody(await wrapperOf(opened, kmsKey));
  return { ...memory, destroy: (key) => (kms && isInKms(key) ? kms : memory).destroy(key) };
}

/** What the stage is set to, where it tells. Until the next rotation, its newest key may be of the other kind. */
async function settingsOf({ place }: Opened): Promise<{ signing?: string | undefined; keyTags?: KeyTags | undefined }> {
  if (place.kind !== 'stage') return {};
  const name = (one: string) => `/pixy/${place.stage}/${one}`;
  const { readParameters } = await import('../../open-stores.ts');
  const found = await readParameters([name('signing'), name('key-tags')]);
  const keyTags = found.get(name('key-tags'));
  return { signing: found.get(name('signing')), ...(keyTags !== undefined && { keyTags: JSON.parse(keyTags) }) };
}

async function inKms({ table }: Opened, keyTags: KeyTags | undefined): Promise<KeyCustody> {
  const [{ kmsCustody }, { KMSClient }] = await Promise.all([
    import('../../../shared/keys/kms-custody.ts'),
    import('@aws-sdk/client-kms'),
  ]);
  // A second attempt to make a key makes a second key. Whoever runs the command can run it again.
  return kmsCustody(new KMSClient({ maxAttempts: 1 }), table('keys'), keyTags);
}

async function wrapperOf({ place }: Opened, kmsKey: string | undefined): Promise<KeyWrapper> {
  if (place.kind === 'local') {
    const { localWrapper } = await import('../../../shared/keys/local-wrapper.ts');
    return localWrapper(await localWrappingKey(join(place.folder, 'wrapping-key')));
  }
  const { kmsWrapper } = await import('../../../shared/keys/kms-wrapper.ts');
  if (kmsKey !== undefined) return kmsWrapper(kmsKey);
  if (place.kind !== 'stage') throw wrongUsage('Also name the KMS key that encrypts private keys: --kms-key ID.');
  const name = `/pixy/${place.stage}/wrapping-key`;
  const { readParameters } = await import('../../open-stores.ts');
  const found = (await readParameters([name])).get(name);
  if (found === undefined) {
    throw new Failure(`There is no parameter ${name}: deploy the stage again, or name the KMS key with --kms-key ID.`);
  }
  return kmsWrapper(found);
}

async function localWrappingKey(file: string): Promise<Buffer> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Failure(`${file} cannot be read: start the server on the folder once to make the key.`);
  });
  return Buffer.from(text.trim(), 'base64url');
}

/** Returns the wrapper that the functions use: the key of the stage or of the data folder. */
export const openWrapper = async (context: Context, kmsKey?: string): Promise<KeyWrapper> =>
  wrapperOf(await context.open(), kmsKey);

/** A key as the change log shows it. Nothing in it is private. */
type LoggableKey = Pick<StoredKey, 'kid' | 'signFrom'> & { algorithm: string };

const loggedKey = ({ kid, algorithm, signFrom }: LoggableKey) => ({ kid, algorithm, sign_from: formatTime(signFrom) });

/** Logs the change of a key after it was made. Changes within the same second sort by `order`. */
export async function logKey(
  context: Context,
  before: LoggableKey | undefined,
  after: LoggableKey | undefined,
  why: string,
  order = 1,
): Promise<void> {
  const { database, table } = await context.open();
  const key = (before ?? after)?.kid;
  const change: Omit<Change, 'id'> = {
    at: context.now(),
    ...(await context.author(why)),
    key,
    ...(before && { before: loggedKey(before) }),
    ...(after && { after: loggedKey(after) }),
  };
  await logChange(database, table('clients'), newChange(change, order));
}

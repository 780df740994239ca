import { openHooks } from '../../shared/hooks/open-hooks.ts';
import { deadAddressStore } from '../../shared/mail/dead-address-store.ts';
import type { Send } from '../../shared/mail/send.ts';
import { mailLooksOf } from '../../shared/pages/mail/mail-look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { mailCodeStore } from '../../shared/people/mail-code-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import type { Runtime } from '../runtime.ts';
import { mailHandler } from './handler.ts';

/** `send`: absent where only a hook sends. */
export const compose = ({ config, database, writeLine, now }: Runtime, send: Send | undefined) =>
  mailHandler({
    issuer: config.issuer,
    accounts: accountStore(database, config.tables.people),
    deadAddresses: deadAddressStore(database, config.tables.people),
    codes: mailCodeStore(database, config.tables.people),
    throttle: throttleStore(database, config.tables.people, config.home),
    hook: openHooks(config.hooks).sendMessage,
    send,
    lookOf: mailLooksOf(config.brand, config.issuer),
    writeLine,
    now,
  });

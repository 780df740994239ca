import { devicePollStore } from '../../../shared/grants/device-poll-store.ts';
import { pollPace } from '../../../shared/grants/poll-pace.ts';
import type { Runtime } from '../../runtime.ts';
import type { GrantFlow } from '../grant-flow.ts';
import { deviceCodeFlow, type RedeemDeviceCode } from './device-code.ts';

/** `redeem` is given, so that what redeems codes is not in this file as well. */
export const compose = ({ config, database }: Runtime, redeem: RedeemDeviceCode): GrantFlow =>
  deviceCodeFlow({ polls: devicePollStore(database, config.tables.grants), pace: pollPace(), redeem });

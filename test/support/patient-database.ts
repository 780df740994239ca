import { clientDefaults } from '../../shared/aws/dynamodb.ts';

/*
 * The database of a test is in its own process. On a busy machine it answers late, and a second try of a write that was not lost
 * counts twice.
 */
clientDefaults.requestHandler = {
  connectionTimeout: 120_000,
  requestTimeout: 120_000,
  throwOnRequestTimeout: true,
};

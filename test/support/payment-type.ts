import { type DetailType, detailTypeStore } from '../../shared/apis/detail-type.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { tables } from './server.ts';

/** A type of authorization details like that of a bank: one payment. */
export const payment: DetailType = {
  type: 'payment',
  schema: {
    type: 'object',
    required: ['type', 'amount', 'to'],
    additionalProperties: false,
    properties: {
      type: { const: 'payment' },
      locations: { type: 'array', items: { type: 'string' } },
      amount: {
        type: 'object',
        required: ['value', 'currency'],
        additionalProperties: false,
        properties: {
          value: { type: 'string', pattern: '^[0-9]{1,9}(\\.[0-9]{2})?$' },
          currency: { $ref: '#/$defs/currency' },
        },
      },
      to: { type: 'string', maxLength: 200 },
      note: { type: 'string' },
    },
    $defs: { currency: { enum: ['EUR', 'USD'] } },
  },
  description: 'Pay {amount.value} {amount.currency} to {to}',
  descriptions: { de: '{amount.value} {amount.currency} an {to} zahlen' },
};

/** One such payment; `changes` replace members, and undefined takes one away. */
export const paying = (changes: Readonly<Record<string, unknown>> = {}) => ({
  type: 'payment',
  amount: { value: '12.50', currency: 'EUR' },
  to: 'Merchant A',
  ...changes,
});

export const detailsText = (...details: unknown[]): string => JSON.stringify(details);

/** Known to the server at once as long as it was not asked for any, else after 30 s of its clock. */
export async function registerType(type: DetailType = payment): Promise<void> {
  await detailTypeStore(openDatabase(), tables.clients, () => 0).put(type, { by: 'test', why: '' });
}

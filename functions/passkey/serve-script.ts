import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { endpoint } from '../../shared/http/endpoint.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { passkeyScript } from './script.ts';

/** The only script that the pages of people load. Its address changes with it. */
export const scriptHandler = (deps: { issuer: string; lookOf: LookOf; writeLine: WriteLine; now: () => number }) =>
  endpoint({
    name: 'passkey-script',
    methods: {
      GET: () => ({
        reply: {
          statusCode: 200,
          headers: {
            'content-type': 'text/javascript; charset=utf-8',
            'cache-control': 'public, max-age=31536000, immutable',
            'cross-origin-resource-policy': 'same-origin',
          },
          body: passkeyScript,
        },
      }),
    },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

import { errorRulesContract } from '../../../../contracts/src/error-rules-contract.ts';
import { requestRules } from './api-failure.ts';

const request = (status: number, headers: Readonly<Record<string, unknown>> | undefined = {}) => ({
  task: { doing: 'publish it', permission: 'contents: write' },
  host: 'api.github.com',
  repository: 'acme/shop',
  error: { status, message: 'no', response: { headers } },
  said: 'no',
});

describe('requestRules', () => {
  errorRulesContract(requestRules, [
    {
      foreign: { ...request(500), error: { status: 500, message: 'no' } },
      type: 'forge-unreachable',
      says: 'could not be reached (no)',
    },
    { foreign: request(421), type: 'forge-answers-oddly', says: 'was not taken: no' },
    {
      foreign: request(403, { 'x-ratelimit-remaining': '0' }),
      type: 'forge-limits-requests',
      says: 'limited the rate of requests',
    },
    { foreign: request(401), type: 'forge-denies-access', says: 'does not accept the token (401)' },
    { foreign: request(403), type: 'forge-denies-access', says: 'It needs "contents: write"' },
    { foreign: request(404), type: 'forge-denies-access', says: 'has no acme/shop' },
    { foreign: request(422), type: 'forge-refuses', says: 'rejected the request (422)' },
    { foreign: request(502), type: 'forge-fails', says: 'error (502)' },
    { foreign: request(418), type: 'forge-answers-oddly', says: 'answered 418' },
  ]);
});

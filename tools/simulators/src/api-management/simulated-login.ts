import { ownerToken } from './management/access.ts';
import { simulatedInstance } from './management/management-api.ts';
import type { SimulatedClient } from './simulated-client.ts';

/** Milliseconds of waiting that suit tests: the simulator's operations take 3. */
const quick = { awayMs: 0, busyMs: 10_000, operationMs: 10_000, answerMs: 10_000, pauseMs: 5, spreadMs: 5 };

/** Deviations from the owner of the simulated instance, who is patient enough. */
export interface SimulatedLogin {
  readonly token?: string;
  readonly limits?: Partial<typeof quick>;
  readonly name?: string;
  readonly subscription?: string;
  readonly endpoint?: string;
}

/**
 * Returns what an adapter of API Management is made with: the block `facade` of an environment's file, and settings with a
 * login and the simulator's certificate.
 */
export function simulatedLogin(
  { simulator, ca }: SimulatedClient,
  { limits = {}, token = ownerToken, ...changes }: SimulatedLogin = {},
) {
  const { subscriptionId: subscription, ...where } = simulatedInstance;
  const kind = 'api-management' as const;
  const getToken = async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 });
  return {
    facade: { kind, subscription, ...where, endpoint: simulator.endpoint, ...changes },
    settings: {
      limits: { ...quick, ...limits },
      identity: async () => ({ getToken }),
      client: { tlsOptions: { ca } },
    },
  };
}

import { nodeAddress, podRange, serviceRange } from '../addresses.ts';

const direct = ['127.0.0.1', 'localhost', nodeAddress, podRange, serviceRange, '.svc', '.cluster.local'];

/** Variables that keep programs from asking the user's proxy for what is on this machine. */
export function noProxyVariables(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const present = environment['NO_PROXY'] || environment['no_proxy'];
  const value = [...(present ? [present] : []), ...direct].join(',');
  return { NO_PROXY: value, no_proxy: value };
}

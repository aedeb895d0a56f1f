import { randomBytes } from 'node:crypto';
import { read } from './run-process.ts';

/**
 * Makes the Secret that the database of payments needs, unless it is there. Where an environment is provisioned,
 * `nx run infrastructure:provision` does (Infrastructure/kubernetes/store-passwords.yaml); the demo leaves out gateways,
 * network policies and all that goes with it.
 */
export async function makeDatabasePasswords(kubectl: string, kubeconfig: string, namespace: string): Promise<void> {
  const value = () => randomBytes(24).toString('base64url');
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'payments-database', namespace },
    stringData: { 'owner-password': value(), 'service-password': value() },
  };
  const argv = [kubectl, `--kubeconfig=${kubeconfig}`, '--namespace', namespace];
  const there = await read([...argv, 'get', 'secret', secret.metadata.name, '--ignore-not-found', '--output=name'], {});
  // By standard input: arguments can be read by whoever lists processes.
  if (there.trim() === '') await read([...argv, 'create', '--filename=-'], { input: JSON.stringify(secret) });
}

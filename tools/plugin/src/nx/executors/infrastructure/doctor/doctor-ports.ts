import { tryPush } from '../../../../adapters/git/push-rights.ts';
import { describeProxy, proxyOf } from '../../../../adapters/proxy/proxy.ts';
import { AzureRegistries } from '../../../../adapters/registry/azure-registries.ts';
import { HttpImageRegistry } from '../../../../adapters/registry/http-image-registry.ts';
import type { DoctorPorts } from '../../../../use-cases/doctor/doctor.ts';
import type { InfrastructureRun } from '../../running/infrastructure-executor.ts';

/** The outside itself, with what asks for rights. */
export function doctorPorts({ ports, workspaceRoot }: Pick<InfrastructureRun, 'ports' | 'workspaceRoot'>): DoctorPorts {
  const registry = new HttpImageRegistry(new AzureRegistries().credentialsOf);
  return {
    ...ports,
    rights: {
      tryPush: (ref) => tryPush(workspaceRoot, ref),
      tryUpload: (image) => registry.tryUpload(image),
    },
    proxyOf: (address) => {
      const proxy = proxyOf(address, { doing: `reach ${address}` });
      return proxy === undefined ? undefined : describeProxy(proxy);
    },
  };
}

import type { ReleasePorts } from '../../plugin/src/ports/release-ports.ts';

/** Returns ports that report the name of each call, before it is made: `repository.tagRelease`, `lock.release`. */
export function countedPorts(ports: ReleasePorts, onCall: (name: string) => void): ReleasePorts {
  const watch = <T extends object>(name: string, port: T): T =>
    new Proxy(port, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function' || typeof key !== 'string') return value;
        return (...args: unknown[]) => {
          const isDryRun = args.some((each) => (each as { dryRun?: boolean } | undefined)?.dryRun);
          onCall(`${name}.${key}${isDryRun ? ' (dry run)' : ''}`);
          const result: unknown = value.apply(target, args);
          if (key !== 'lock') return result;
          return (result as Promise<object>).then((lock) => watch('lock', lock));
        };
      },
    });
  return {
    ...ports,
    repository: watch('repository', ports.repository),
    registry: watch('registry', ports.registry),
    prober: watch('prober', ports.prober),
    engine: async () => watch('engine', await ports.engine()),
    cluster: async (environment) => watch('cluster', await ports.cluster(environment)),
    configuration: async (environment) => watch('configuration', await ports.configuration(environment)),
    facade: async (environment) => {
      const facade = await ports.facade(environment);
      return facade && watch('facade', facade);
    },
    apiCaller: async () => watch('apiCaller', await ports.apiCaller()),
    facadeInstance: async (facade) => watch('facadeInstance', await ports.facadeInstance(facade)),
    metricsServer: async (settings) => watch('metricsServer', await ports.metricsServer(settings)),
    forge: async () => {
      const forge = await ports.forge();
      return 'reason' in forge ? forge : watch('forge', forge);
    },
  };
}

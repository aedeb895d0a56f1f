import type { Cluster, ServiceLock } from '../../../../ports/cluster.ts';
import type { ContainerEngine } from '../../../../ports/container-engine.ts';
import type { Facade } from '../../../../ports/facade.ts';
import type { ImageRegistry } from '../../../../ports/image-registry.ts';
import type { ReleasePorts } from '../../../../ports/release-ports.ts';
import type { SourceRepository } from '../../../../ports/repository/source-repository.ts';
import type { Stage } from '../../../../model/concurrency/stage.ts';
import type { Stages } from './stages.ts';

/** How one service goes through the stages. */
export interface Passage {
  readonly stages: Stages;
  /** Aborted when the command is interrupted: who waits for a stage then begins it no more. */
  readonly signal: AbortSignal;
  /** Told when what comes before the first stage is done. */
  onStage(): void;
}

/** Returns ports whose work goes by stages: what all services do at once of each kind stays within its limit. */
export function stagedPorts(ports: ReleasePorts, { stages, signal, onStage }: Passage): ReleasePorts {
  const within = <T>(stage: Stage, action: () => Promise<T>, ends: AbortSignal | undefined): Promise<T> => {
    onStage();
    return stage.run(action, ends);
  };
  return {
    ...ports,
    registry: replacing<ImageRegistry>(ports.registry, {
      copy: (from, to, ends) => within(stages.push, () => ports.registry.copy(from, to, ends), ends),
    }),
    repository: replacing<SourceRepository>(ports.repository, {
      tagRelease: (...tag) => within(stages.tag, () => ports.repository.tagRelease(...tag), signal),
    }),
    engine: async () => engineWithin(await ports.engine(), { stages, onStage }),
    cluster: async (environment) => {
      const cluster = await ports.cluster(environment);
      const lock: Cluster['lock'] = (service, holder, onWait, ends) => {
        onStage();
        return lockWithin(stages.rollout(environment.name), () => cluster.lock(service, holder, onWait, ends), ends);
      };
      return replacing<Cluster>(cluster, { lock });
    },
    facade: async (environment) => {
      const facade = await ports.facade(environment);
      const stage = stages.publication(environment.name);
      return (
        facade &&
        replacing<Facade>(facade, {
          carryOut: (step, content, course) => stage.run(() => facade.carryOut(step, content, course), course?.signal),
        })
      );
    },
  };
}

function engineWithin(engine: ContainerEngine, { stages, onStage }: Omit<Passage, 'signal'>): ContainerEngine {
  return replacing<ContainerEngine>(engine, {
    build: (build, onLine, ends) => {
      const begin = () => {
        // Not before: it has a build number, and of those no more are taken than are soon used.
        onStage();
        return engine.build(build, onLine, ends);
      };
      return stages.build.run(begin, ends);
    },
    push: (image, onLine, ends) => {
      onStage();
      return stages.push.run(() => engine.push(image, onLine, ends), ends);
    },
  });
}

/** Takes a service's lock, in a stage until it is released: whatever changes a service holds its lock meanwhile. */
async function lockWithin(
  stage: Stage,
  takeLock: () => Promise<ServiceLock>,
  ends: AbortSignal | undefined,
): Promise<ServiceLock> {
  const leave = await stage.enter(ends);
  try {
    const lock = await takeLock();
    return { lost: lock.lost, release: () => lock.release().finally(leave) };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Returns a port of which some methods are others; the rest is the port itself. */
function replacing<T extends object>(port: T, others: Partial<T>): T {
  return new Proxy(port, {
    get: (target, key) => {
      if (Object.hasOwn(others, key)) return others[key as keyof T];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

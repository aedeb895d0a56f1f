import { LocalMachine } from '../../../../adapters/dev/local-machine.ts';
import { dev } from '../../../../use-cases/dev/dev.ts';
import { actorOf } from '../../running/actor.ts';
import {
  booleanOption,
  portOption,
  portOrNoneOption,
  stringOption,
  wordsOption,
} from '../../options/declare-options.ts';
import { firstEnvironmentOption } from '../../options/environment-options.ts';
import { lineOutput } from '../../output/line-output.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

/** Ports that are taken where nothing is said, or the next ones that are free. */
const usualPort = 8080;
const usualInspectPort = 9229;

export const executor = serviceExecutor({
  command: 'dev',
  verb: 'develop',
  options: {
    env: firstEnvironmentOption(),
    port: portOption(`Port for requests (default: ${usualPort}, or the next that is free)`),
    inspect: portOrNoneOption(
      `Port for the debugger, or false for none (default: ${usualInspectPort}, or the next that is free)`,
    ),
    inCluster: booleanOption("Run in a pod of the environment's namespace, with the sources mounted"),
    command: wordsOption('Command that runs the sources and reloads, for stacks other than Node.js; in project.json'),
    image: stringOption('Image of the pod (default: the one that runs there, else the base of its own)', 'IMAGE'),
  },
  examples: [
    { command: 'nx run orders:dev', description: 'Neighbours are those on this machine, else those in dev' },
    { command: 'nx run orders:dev --env=preprod --port=3000', description: 'Neighbours in preprod' },
    { command: 'nx run orders:dev --in-cluster', description: 'In a pod of dev' },
  ],
  async run(options, { service, environments, ports, services, target, workspaceRoot, signal }) {
    const { env: environment, command, image, inCluster } = options;
    const request = {
      service,
      environment,
      environmentNames: environments.map(({ name }) => name),
      services: services().services,
      actor: actorOf(process.env),
      build: target('build'),
      command,
      image,
      port: wish(options.port, usualPort),
      inspect: options.inspect === 'none' ? undefined : wish(options.inspect, usualInspectPort),
      signal,
    };
    await dev(request, inCluster, {
      machine: new LocalMachine(workspaceRoot, service.name),
      devCluster: async () => {
        const { connectForDev } = await import('../../../../adapters/kubernetes/connect.ts');
        return connectForDev(environment, workspaceRoot);
      },
      release: ports,
      output: lineOutput(service.name),
    });
    return [];
  },
});

function wish(port: number | undefined, usual: number): { readonly port: number; readonly isExact: boolean } {
  return { port: port ?? usual, isExact: port !== undefined };
}

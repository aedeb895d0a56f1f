import { manifestsOf } from '../../../model/workspace/places.ts';
import { getProjects, type Tree } from '@nx/devkit';
import { parseAllDocuments } from 'yaml';
import { Refusal } from '../../../model/errors/product-error.ts';
import { fieldAt, listAt } from '../../../model/manifests/source/object-fields.ts';
import { didYouMean } from '../../../model/text/did-you-mean.ts';
import { filesBelow, formIn } from '../service-manifests.ts';
import { callersFile, type Call } from '../callers-file.ts';

/**
 * Returns the calls that a new service makes, with the ports of the called ones' containers.
 * @param names of services, with commas between them.
 * @throws {Refusal} for one that is not there, or takes no requests, and where nobody has to be let in.
 */
export function parseCalls(tree: Tree, caller: string, names: string, doing: string): Call[] {
  const called = [...new Set(names.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  if (called.length > 0 && !tree.exists(callersFile())) {
    throw new Refusal({
      type: 'bad-option',
      doing,
      reason: `\`--calls\` names services that let it in, but there is no ${callersFile()}. A policy would shut the gateway out of them where no other lets it in.`,
      remedy: 'Leave the option out.',
    });
  }
  return called.map((name) => ({ caller, called: name, ports: portsOf(tree, { caller, service: name }, doing) }));
}

function portsOf(
  tree: Tree,
  { caller, service }: { readonly caller: string; readonly service: string },
  doing: string,
): number[] {
  const services = [...getProjects(tree)].filter(([, { root }]) => formIn(tree, root) !== undefined);
  const root = services.find(([name]) => name === service)?.[1].root;
  const names = services.map(([name]) => name);
  const refuse = (reason: string, remedy: string) => new Refusal({ type: 'no-such-service', doing, reason, remedy });
  if (root === undefined)
    throw refuse(
      `\`--calls\` names "${service}", which is no service.`,
      didYouMean(service, names) || `The services are ${names.join(', ') || 'none'}.`,
    );
  if (formIn(tree, root) === 'helm')
    throw refuse(
      `\`--calls\` names "${service}", whose manifests a chart makes: its ports are not read from that.`,
      `Leave ${service} out, and name ${caller} in ${callersFile()} as a caller of ${service}, with the port of its container.`,
    );
  const ports = filesBelow(tree, manifestsOf(root))
    .filter((file) => /\.ya?ml$/.test(file))
    .flatMap((file) => parseAllDocuments(tree.read(file, 'utf8') ?? ''))
    .flatMap((document) => listAt(document.toJS(), 'spec', 'template', 'spec', 'containers'))
    .filter((container) => fieldAt(container, 'name') === service)
    .flatMap((container) => listAt(container, 'ports'))
    // Who reads metrics is let in by a policy of its own.
    .filter((port) => fieldAt(port, 'name') !== 'metrics')
    .map((port) => fieldAt(port, 'containerPort'))
    .filter((port) => typeof port === 'number');
  if (ports.length > 0) return [...new Set(ports)];
  throw refuse(
    `\`--calls\` names "${service}", whose container has no port in ${manifestsOf(root)}.`,
    `Name the port there (ports), or leave ${service} out.`,
  );
}

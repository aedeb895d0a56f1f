import { readFileSync } from 'node:fs';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';

/** The label that tells the two deployments apart. */
const slot = 'bench/slot';

interface Manifest {
  readonly kind: string;
  readonly metadata: { name: string };
  readonly spec?: {
    selector?: Record<string, unknown> & { matchLabels?: Record<string, string> };
    template?: { metadata: { labels: Record<string, string> } };
  };
}

/**
 * Deploys two versions of a service beside each other, all pods of both, as blue-green does by hand: the Service selects
 * one of them.
 * @param manifests of each version: a file with one List.
 */
export async function deployBoth(
  service: string,
  namespace: string,
  manifests: Readonly<Record<'blue' | 'green', string>>,
): Promise<void> {
  const into = `--namespace=${namespace}`;
  for (const [color, file] of Object.entries(manifests)) {
    const list = JSON.parse(readFileSync(file, 'utf8')) as { items: Manifest[] };
    for (const { kind, metadata, spec } of list.items) {
      if (kind === 'Service') spec!.selector![slot] = color;
      if (kind !== 'Deployment') continue;
      metadata.name = `${service}-${color}`;
      spec!.selector!.matchLabels![slot] = color;
      spec!.template!.metadata.labels[slot] = color;
    }
    await kubectl(['apply', '--server-side', '--force-conflicts', into, '--filename=-'], JSON.stringify(list));
    await kubectl(['rollout', 'status', into, `deployment/${service}-${color}`, '--timeout=300s']);
  }
}

/** Has the Service select the other version. */
export async function switchTo(color: 'blue' | 'green', service: string, namespace: string): Promise<void> {
  const patch = JSON.stringify({ spec: { selector: { [slot]: color } } });
  await kubectl(['patch', 'service', service, `--namespace=${namespace}`, `--patch=${patch}`]);
}

import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { namespaceOf, numberOf, versions, type Files, type Rival } from '../releases.ts';
import { deployWithHelm, deployWithKubectl, undoWithHelm4, undoWithKubectl } from '../rivals.ts';
import { benchRollbacks } from './bench-rollbacks.ts';
import { deployBoth, switchTo } from './blue-green.ts';

/** Going back in all ways while the service is asked. */
export async function rollbacks(workspace: ScratchWorkspace, files: Files, rounds: number): Promise<string[]> {
  const [first, second] = await Promise.all(versions.map((version) => numberOf(workspace, 'orders', version)));
  const of = (rival: Rival, version: number) => files[rival]![version]!['orders']!;
  const placeOf = (rival: Rival) => ({ hostname: `${namespaceOf(workspace, rival)}.localhost` });
  await deployWithKubectl('orders', namespaceOf(workspace, 'kubectl'), of('kubectl', 1));
  await deployWithHelm(4, 'orders', namespaceOf(workspace, 'helm4'), of('helm4', 1));
  const both = { blue: of('blue-green', 1).manifests, green: of('blue-green', 2).manifests };
  await deployBoth('orders', namespaceOf(workspace, 'blue-green'), both);
  return benchRollbacks(
    rounds,
    [
      {
        title: '`nx run orders:rollback --tag=…`',
        hostname: workspace.hostname,
        forth: () => workspace.nxSuccessfully(['run', 'orders:k8s-deploy', `--tag=${second}`, '--force']),
        back: () => workspace.nxSuccessfully(['run', 'orders:rollback', `--tag=${first}`]),
      },
      {
        title: '`helm rollback --wait` (4)',
        ...placeOf('helm4'),
        forth: () => deployWithHelm(4, 'orders', namespaceOf(workspace, 'helm4'), of('helm4', 2)),
        back: () => undoWithHelm4('orders', namespaceOf(workspace, 'helm4')),
      },
      {
        title: '`kubectl rollout undo`, `kubectl rollout status`',
        ...placeOf('kubectl'),
        forth: () => deployWithKubectl('orders', namespaceOf(workspace, 'kubectl'), of('kubectl', 2)),
        back: () => undoWithKubectl('orders', namespaceOf(workspace, 'kubectl')),
      },
      {
        title: 'blue-green: all pods of both, the Service selects others',
        ...placeOf('blue-green'),
        forth: () => switchTo('green', 'orders', namespaceOf(workspace, 'blue-green')),
        back: () => switchTo('blue', 'orders', namespaceOf(workspace, 'blue-green')),
      },
    ],
    { path: '/orders', rate: 400 },
  );
}

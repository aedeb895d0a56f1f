import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { tagsOf } from '../../../scratch-workspace/src/state/registry-state.ts';
import { compare, type Comparison, type Shop } from './compare.ts';

const description = 'apps/orders/openapi.yaml';

/** Lets the API be called without a key, so that a release checks it. */
export async function openOrders({ workspace }: Shop): Promise<void> {
  workspace.edit('apps/orders/pipeline.variables.yml', 'apiSubscription: required', 'apiSubscription: none');
  await workspace.commit('feat(orders): let everybody in');
}

/** Times deployments of two releases in turns, which have the same description. */
export async function deployUnchanged(shop: Shop): Promise<Comparison> {
  const { workspace } = shop;
  const tags: string[] = [];
  for (const version of [1, 2]) {
    changeCode(workspace, version);
    await workspace.commit(`feat(orders): ${version}`);
    await workspace.nxSuccessfully(['run', 'orders:release', '--env=dev']);
    tags.push((await tagsOf(`${workspace.id}/orders`)).find((tag) => tag.endsWith(`-${version}`))!);
  }
  return compare(shop, (run) => ['run', 'orders:k8s-deploy', '--env=preprod', `--tag=${tags[run % 2]}`, '--force']);
}

/** Times releases of changed code, all steps. @param isDescribed true when the description changes, too. */
export async function releaseChanged(shop: Shop, isDescribed: boolean): Promise<Comparison> {
  const { workspace } = shop;
  const prepare = async () => {
    const mark = `${isDescribed} ${Date.now()}`;
    changeCode(workspace, mark);
    if (isDescribed) workspace.edit(description, /summary: .*/, `summary: ${mark}`);
    await workspace.commit(`feat(orders): ${mark}`);
    await workspace.nxSuccessfully(['run', 'orders:build']);
    return ['run', 'orders:release', '--env=preprod', '--excludeTaskDependencies'];
  };
  return compare(shop, prepare, ['none', 'azure']);
}

function changeCode(workspace: ScratchWorkspace, mark: number | string): void {
  const main = 'apps/orders/src/main.ts';
  const code = workspace.read(main).replace(/^console\.log\('bench .*'\);\n/, '');
  workspace.write(main, `console.log('bench ${mark}');\n${code}`);
}

import { npm } from '../../../plugin/src/model/pipelines/package-manager.ts';
import type { PipelineFacts } from '../../../plugin/src/model/pipelines/pipeline-facts.ts';

/** Facts of a workspace in which everything occurs that can occur, but for its services. */
export const wholeShop: Omit<PipelineFacts, 'services'> = {
  folder: '',
  prefix: '',
  rebuilds: true,
  branch: 'main',
  environments: [
    { name: 'dev', deploy: 'automatic', protected: false, aks: undefined, context: 'dev' },
    { name: 'prod', deploy: 'manual', protected: true, aks: { resourceGroup: 'shop', name: 'prod' }, context: 'prod' },
  ],
  node: { version: '24.x', file: undefined },
  packageManager: npm,
  toolchains: [
    {
      language: 'dotnet',
      versions: [
        { version: '9.0.x', file: undefined },
        { version: '10.0.100', file: 'global.json' },
      ],
      lockFiles: ['apps/billing/packages.lock.json'],
      isVerified: false,
    },
    {
      language: 'go',
      versions: [{ version: '1.24.0', file: 'apps/orders/go.mod' }],
      lockFiles: ['apps/orders/go.sum', 'go.sum'],
      isVerified: false,
    },
    {
      language: 'python',
      versions: [{ version: '3.12', file: 'apps/labels/.python-version' }],
      lockFiles: ['apps/labels/requirements.lock'],
      isVerified: true,
    },
  ],
};

import { yaml } from '../yaml-template.ts';

/**
 * The actions that workflows use, each by commit: a tag can be moved to other code. Each commit was found beside its
 * version in at least two public repositories that have nothing to do with each other. docs/pipelines-github.md tells how
 * they are renewed.
 */
export const pinnedActions = {
  checkout: yaml`actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2`,
  setupNode: yaml`actions/setup-node@395ad3262231945c25e8478fd5baf05154b1d79f # v6.1.0`,
  uploadArtifact: yaml`actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0`,
  azureLogin: yaml`azure/login@532459ea530d8321f2fb9bb10d1e0bcf23869a43 # v3.0.0`,
  useKubelogin: yaml`azure/use-kubelogin@0ce7c36141aa27d4934872cf00b0120804c98a29 # v1.3`,
} as const;

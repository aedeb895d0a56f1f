import { yaml } from '../yaml-template.ts';

/**
 * The actions that workflows use, each by commit: a tag can be moved to other code. Each commit was found beside its
 * version in at least two public repositories that have nothing to do with each other. docs/pipelines-github.md tells how
 * they are renewed.
 */
export const pinnedActions = {
  checkout: yaml`actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2`,
  setupNode: yaml`actions/setup-node@395ad3262231945c25e8478fd5baf05154b1d79f # v6.1.0`,
  setupGo: yaml`actions/setup-go@4a3601121dd01d1626a1e23e37211e3254c1c06c # v6.4.0`,
  setupPython: yaml`actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0`,
  setupDotnet: yaml`actions/setup-dotnet@c2fa09f4bde5ebb9d1777cf28262a3eb3db3ced7 # v5.2.0`,
  uploadArtifact: yaml`actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0`,
  azureLogin: yaml`azure/login@532459ea530d8321f2fb9bb10d1e0bcf23869a43 # v3.0.0`,
  useKubelogin: yaml`azure/use-kubelogin@0ce7c36141aa27d4934872cf00b0120804c98a29 # v1.3`,
} as const;

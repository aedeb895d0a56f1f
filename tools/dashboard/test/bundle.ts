/** The page's texts. */
export interface Bundle {
  readonly html: string;
  readonly js: string;
  readonly css: string;
  readonly graphLayout: string;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports
export const { bundleDashboard } = require('../bundle.cjs') as { bundleDashboard(): Promise<Bundle> };

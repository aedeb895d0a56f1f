import type { Language, Toolchain } from './toolchain.ts';

/** Where each language's tool comes from. */
const sources: Readonly<Record<Language, string>> = {
  node: 'https://nodejs.org/en/download, or nvm, fnm or mise',
  go: 'https://go.dev/dl',
  python: 'https://www.python.org/downloads, or uv or pyenv',
  dotnet: 'https://dotnet.microsoft.com/download',
};

/** Returns how to get what is wanted, as a sentence. */
export function howToInstall({ language, wanted }: Pick<Toolchain, 'language' | 'wanted'>): string {
  return `Install ${wanted} (${sources[language]}), and make sure that it is the one on the PATH.`;
}
